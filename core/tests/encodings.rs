//! Content encodings that were not requested. The cases show which ones are read.

mod support;

use std::io::Write;

use support::{fault, sandbox, settings};
use zerossl::{Kind, ListCertificates};
use zerossl_sandbox::{Reply, When};

#[test]
fn an_answer_that_is_too_large_when_decompressed_is_not_read() {
    let sandbox = sandbox();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        encoder.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    assert!(bomb.len() < 100_000);
    let reply = Reply::new(200, zerossl_sandbox::Body::Bytes(bomb)).with_header("Content-Encoding", "gzip");
    fault(&sandbox, "list_certificates", 1, When::Before, reply);
    let client = settings(&sandbox).max_response_bytes(1 << 20).build().expect("settings");
    let error = client.send(&ListCertificates::default()).expect_err("too large");
    assert_eq!(error.kind(), Kind::Response);
    assert!(error.message().contains("max_response_bytes"), "{error}");
}
