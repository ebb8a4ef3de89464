//! CA files in the forms that exist in practice.

mod support;

use support::{sandbox_with, settings};
use zerossl::ListCertificates;
use zerossl_sandbox::Options;

#[test]
fn a_ca_file_may_have_come_through_an_editor() {
    let sandbox = sandbox_with(Options { tls: true, ..Options::default() });
    let dir = tempfile::tempdir().expect("a folder");
    let ca_file = dir.path().join("root.pem");
    let root = sandbox.root_pem();
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(root.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for file in [
        format!("\u{feff}{}", root.replace('\n', "\r\n")).into_bytes(),
        root.replace('\n', "\\n").into_bytes(),
        root.replace('\n', "").into_bytes(),
        [b"Gesch\xE4ftsstelle\n".as_slice(), root.as_bytes(), root.trim_end().as_bytes(), root.as_bytes()]
            .concat(),
        utf16,
    ] {
        std::fs::write(&ca_file, &file).expect("a file");
        let client = settings(&sandbox).ca_file(&ca_file).build().expect("settings");
        client.send(&ListCertificates::default()).expect("a list");
    }
}
