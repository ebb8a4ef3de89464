//! PEM blocks: a request or a certificate becomes another one, in lines of the same kind. Certificates of CAs are public,
//! and stay.

use x509_parser::pem::parse_x509_pem;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// What stands for everybody's requests and certificates.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) csr: String,
    pub(crate) certificate: String,
}

pub(super) fn is_pem(text: &str) -> bool {
    text.contains(BEGIN)
}

/// The text with each block replaced. What is around the blocks goes, but for the line ends.
pub(super) fn replaced(text: &str, samples: &Samples) -> String {
    let blank = |text: &str| text.chars().filter(|c| c.is_whitespace()).collect::<String>();
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let (before, from) = rest.split_at(start);
        out.push_str(&blank(before));
        let label = from[BEGIN.len()..].split(DASHES).next().unwrap_or_default();
        let last = format!("{END}{label}{DASHES}");
        let Some(end) = from.find(&last) else { return out };
        let (block, after) = from.split_at(end + last.len());
        out.push_str(&match label {
            "CERTIFICATE" if is_of_ca(block) => block.to_owned(),
            "CERTIFICATE" => like(block, &samples.certificate),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => like(block, &samples.csr),
            _ => "(removed)".to_owned(),
        });
        rest = after;
    }
    out + &blank(rest)
}

fn is_of_ca(block: &str) -> bool {
    parse_x509_pem(block.as_bytes())
        .is_ok_and(|(_, pem)| pem.parse_x509().is_ok_and(|certificate| certificate.is_ca()))
}

/// The sample, with the lines of the block: their length, and what is between them.
fn like(block: &str, sample: &str) -> String {
    let line_end = if block.contains("\r\n") {
        "\r\n"
    } else if block.contains('\n') {
        "\n"
    } else {
        ""
    };
    let mut lines = block.lines();
    let first = lines.next().unwrap_or_default();
    let width = lines.next().map_or(64, str::len).max(1);
    let label = sample.lines().next().unwrap_or_default();
    let body: String = sample.lines().filter(|line| !line.starts_with(DASHES)).collect();
    let lines = body.as_bytes().chunks(width).map(String::from_utf8_lossy).collect::<Vec<_>>().join(line_end);
    // A label that was chosen by whoever made the request stays.
    let (begin, end) = (first.get(..).filter(|_| !line_end.is_empty()).unwrap_or(label), DASHES);
    let name = begin.trim_start_matches(BEGIN).trim_end_matches(end);
    format!("{begin}{line_end}{lines}{line_end}{END}{name}{DASHES}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_stay_and_the_content_goes() {
        let samples = Samples {
            csr: "-----BEGIN CERTIFICATE REQUEST-----\nAAAABBBBCC\n-----END CERTIFICATE REQUEST-----\n"
                .to_owned(),
            certificate: String::new(),
        };
        let text = "secret\r\n-----BEGIN NEW CERTIFICATE REQUEST-----\r\nTUlJ\r\nTUlK\r\n-----END NEW CERTIFICATE REQUEST-----\r\n";
        assert_eq!(
            replaced(text, &samples),
            "\r\n-----BEGIN NEW CERTIFICATE REQUEST-----\r\nAAAA\r\nBBBB\r\nCC\r\n-----END NEW CERTIFICATE REQUEST-----\r\n"
        );
        let key = "-----BEGIN PRIVATE KEY-----\nTUlJ\n-----END PRIVATE KEY-----\n";
        assert_eq!(replaced(key, &samples), "(removed)\n");
    }
}
