//! Files that are downloaded together, in the requested format.

use std::io::{Cursor, Write as _};

use indexmap::IndexMap;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::answer::Answer;
use crate::refusal::{self, Refusal};

/// A certificate and its chain, each with a file name.
pub(crate) struct Bundle {
    pub(crate) certificate: (&'static str, String),
    pub(crate) chain: (&'static str, String),
}

impl Bundle {
    /// The answer in a format. An unknown format means the ZIP file.
    pub(crate) fn answer(self, format: Option<&str>) -> Result<Answer, Refusal> {
        const PEM: &str = "application/x-pem-file";
        match format {
            Some("return" | "json") => Answer::json(&IndexMap::from([self.certificate, self.chain])),
            Some("pem") => {
                let both = self.certificate.1 + &self.chain.1;
                Ok(Answer::file(PEM, "certificate.pem", both.into_bytes()))
            }
            Some("chain") => Ok(Answer::file(PEM, "chain.pem", self.chain.1.into_bytes())),
            Some("xml") => Ok(Answer::file("application/xml", "certificate.xml", self.xml())),
            _ => {
                let zip = self.zip().map_err(|_| refusal::CERTIFICATE_NOT_DOWNLOADABLE)?;
                Ok(Answer::file("application/zip", "certificate.zip", zip))
            }
        }
    }

    fn zip(&self) -> zip::result::ZipResult<Vec<u8>> {
        let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in [&self.certificate, &self.chain] {
            writer.start_file(*name, plain)?;
            writer.write_all(content.as_bytes())?;
        }
        Ok(writer.finish()?.into_inner())
    }

    /// PEM has no character that XML has to escape.
    fn xml(&self) -> Vec<u8> {
        let file = |(name, content): &(&str, String)| format!("<{name}>{content}</{name}>\n");
        format!(
            "<?xml version=\"1.0\"?>\n<certificate>\n{}{}</certificate>\n",
            file(&self.certificate),
            file(&self.chain)
        )
        .into_bytes()
    }
}
