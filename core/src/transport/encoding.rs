//! Content encodings (RFC 9110, section 8.4): we request none, but a gateway may apply one.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ureq::http::{HeaderMap, header};

use crate::excerpt;

/// The decoded body. Or the unchanged body and the name of its encoding, if we cannot decode it.
pub(super) fn decode(
    body: Vec<u8>,
    headers: &HeaderMap,
    limit: u64,
) -> Result<(Vec<u8>, Option<String>), ureq::Error> {
    let named = named(headers);
    let decoded = match named.as_slice() {
        [] => match excerpt::compression(&body) {
            // A gateway may forget the header. JSON and ZIP files never begin like this.
            Some("gzip") => read(MultiGzDecoder::new(body.as_slice()), limit),
            Some(name) => return Ok((body, Some(name.to_owned()))),
            None => return Ok((body, None)),
        },
        [name] if name == "gzip" || name == "x-gzip" => read(MultiGzDecoder::new(body.as_slice()), limit),
        // Some servers leave out the zlib header.
        [name] if name == "deflate" => read(ZlibDecoder::new(body.as_slice()), limit)
            .or_else(|_| read(DeflateDecoder::new(body.as_slice()), limit)),
        several => return Ok((body, Some(several.join(", ")))),
    };
    match decoded {
        Ok(decoded) if decoded.len() as u64 > limit => Err(ureq::Error::BodyExceedsLimit(limit)),
        Ok(decoded) => Ok((decoded, None)),
        // The header may be wrong: the reader will notice.
        Err(_) => Ok((body, Some(named.into_iter().next().unwrap_or_else(|| "gzip".to_owned())))),
    }
}

/// The encodings that the header names.
fn named(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let names = values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
    names
        .filter(|name| !name.is_empty() && name != "identity")
        .map(|name| excerpt::one_line(&name, 20))
        .collect()
}

/// One byte more than the limit shows that the body is too large.
fn read(decoder: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
