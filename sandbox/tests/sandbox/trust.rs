//! What other TLS libraries say about the certificates, including revoked ones.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde_json::{Value, json};
use zerossl_sandbox::Sandbox;

use crate::support::openssl::{self, Folder};
use crate::support::{Client, program, start};

const KEYS: [&str; 4] = [
    "-newkey rsa:2048",
    "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
    "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
    "-newkey ec -pkeyopt ec_paramgen_curve:P-384 -sha384",
];

/// A certificate for a name, with all files in a folder.
fn issue(sandbox: &Sandbox, client: &Client, key: &str, name: &str) -> (Folder, String) {
    let folder = Folder::new();
    let csr = folder.request(key, name, "");
    let id = client.issue(sandbox, name, &json!({"certificate_csr": csr}));
    let files = client.get(&format!("/certificates/{id}/download/return"));
    let text = |name: &str| files[name].as_str().expect("PEM").to_owned();
    folder.write("leaf.pem", &text("certificate.crt"));
    folder.write("chain.pem", &text("ca_bundle.crt"));
    folder.write("full.pem", &(text("certificate.crt") + &text("ca_bundle.crt")));
    folder.write("root.pem", sandbox.root_pem());
    (folder, id)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Serves one TLS connection with the certificate in the folder, and sends a greeting.
fn serve_once(folder: &Folder) -> (SocketAddr, JoinHandle<()>) {
    let chain = CertificateDer::pem_file_iter(folder.path().join("full.pem")).expect("a file");
    let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem")).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate that fits its key");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut session = rustls::ServerConnection::new(Arc::new(config)).expect("a session");
        let mut tls = rustls::Stream::new(&mut session, &mut stream);
        tls.write_all(b"hello").expect("a client that trusts us");
        tls.conn.send_close_notify();
        let _ = tls.flush();
    });
    (address, thread)
}

#[test]
fn openssl_and_rustls_trust_it() {
    if !openssl::is_here() {
        return;
    }
    let (sandbox, client) = start();
    sandbox.set_quota(KEYS.len());
    for (number, key) in KEYS.into_iter().enumerate() {
        let name = format!("n{number}.example.com");
        let (folder, _) = issue(&sandbox, &client, key, &name);
        let verified = folder.openssl(&format!(
            "verify -x509_strict -purpose sslserver -verify_hostname {name} -CAfile root.pem \
             -untrusted chain.pem leaf.pem"
        ));
        assert_eq!(verified.expect(key), "leaf.pem: OK\n");

        let mut roots = rustls::RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(sandbox.root_pem().as_bytes()).expect("PEM");
        roots.add(root).expect("a root");
        let config = rustls::ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (address, server) = serve_once(&folder);
        let name = ServerName::try_from(name).expect("a name");
        let mut session = rustls::ClientConnection::new(Arc::new(config), name).expect("a session");
        let mut stream = TcpStream::connect(address).expect("a connection");
        let mut said = String::new();
        rustls::Stream::new(&mut session, &mut stream).read_to_string(&mut said).expect(key);
        assert_eq!(said, "hello");
        server.join().expect("no panic");
    }
}

#[test]
fn python_trusts_it() {
    const SCRIPT: &str = "
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname='example.com') as tls:
        print(tls.recv(100).decode())
";
    if !openssl::is_here() || !program::is_needed_here("python3", "--version") {
        return;
    }
    for key in &KEYS[..2] {
        let (sandbox, client) = start();
        let (folder, _) = issue(&sandbox, &client, key, "example.com");
        let (address, server) = serve_once(&folder);
        let mut command = Command::new("python3");
        command.args(["-c", SCRIPT]).arg(folder.path().join("root.pem")).arg(address.port().to_string());
        assert_eq!(program::run(&mut command), "hello\n");
        server.join().expect("no panic");
    }
}

#[test]
fn go_trusts_it() {
    const SCRIPT: &str = r#"
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"
)

func main() {
	pem, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, port := range os.Args[2:] {
		config := &tls.Config{RootCAs: roots, ServerName: "example.com"}
		stream, err := tls.Dial("tcp", "127.0.0.1:"+port, config)
		if err != nil {
			panic(err)
		}
		said, _ := io.ReadAll(stream)
		fmt.Println(string(said))
	}
}
"#;
    if !openssl::is_here() || !program::is_here("go", "version") {
        return;
    }
    let folder = Folder::new();
    folder.write("main.go", SCRIPT);
    for key in &KEYS[..2] {
        let (sandbox, client) = start();
        let (files, _) = issue(&sandbox, &client, key, "example.com");
        let (address, server) = serve_once(&files);
        let mut command = Command::new("go");
        command.args(["run", "main.go"]).arg(files.path().join("root.pem")).arg(address.port().to_string());
        let said = program::run(command.current_dir(folder.path()).env("GO111MODULE", "off"));
        assert_eq!(said, "hello\n");
        server.join().expect("no panic");
    }
}

#[test]
fn revoked_certificates_are_on_the_list() {
    if !openssl::is_here() {
        return;
    }
    for (key, lists) in [(KEYS[0], 3), (KEYS[1], 2)] {
        let (sandbox, client) = start();
        let (folder, id) = issue(&sandbox, &client, key, "example.com");
        let verify = || {
            let crl = sandbox.crl_pem().expect("a list");
            assert_eq!(crl.matches("BEGIN X509 CRL").count(), lists);
            folder.write("crl.pem", &crl);
            folder.openssl(
                "verify -crl_check_all -CAfile root.pem -untrusted chain.pem -CRLfile crl.pem leaf.pem",
            )
        };
        assert_eq!(verify().expect(key), "leaf.pem: OK\n");
        let body = json!({"reason": "keyCompromise"});
        assert_eq!(client.post(&format!("/certificates/{id}/revoke"), &body), json!({"success": 1}));
        let refused = verify().expect_err("revoked");
        assert!(refused.contains("certificate revoked"), "{refused}");
        let all = sandbox.crl_pem().expect("a list");
        let lists: Vec<&str> = all.split_inclusive("-----END X509 CRL-----").collect();
        let printed: Vec<String> = lists
            .iter()
            .filter(|list| list.contains("BEGIN"))
            .map(|list| {
                folder.write("one.pem", &format!("{}\n", list.trim()));
                folder.openssl("crl -in one.pem -noout -text").expect("a list")
            })
            .collect();
        assert!(printed.iter().any(|text| text.contains("Key Compromise")), "{printed:?}");
    }
}

#[test]
fn the_chain_is_of_the_key_s_kind() {
    if !openssl::is_here() {
        return;
    }
    let (sandbox, client) = start();
    let (folder, id) = issue(&sandbox, &client, KEYS[0], "example.com");
    let issued: Value = client.get(&format!("/certificates/{id}"));
    assert_eq!(issued["signature_algorithm_properties"], "sha384WithRSAEncryption:2048");
    assert_eq!(issued["ca_certificate_id"], 2);
    let leaf = folder.openssl("x509 -in leaf.pem -noout -text").expect("a certificate");
    assert!(leaf.contains("Signature Algorithm: sha384WithRSAEncryption"), "{leaf}");
    let chain = std::fs::read_to_string(folder.path().join("chain.pem")).expect("the chain");
    assert_eq!(chain, sandbox.rsa_intermediate_pem().expect("an intermediate"));

    let page = client.get("/ca_certificates?limit=1");
    assert_eq!(page["data"][0]["encryption_algorithm"], "EC");
    assert_eq!(page["prev_cursor"], json!(null));
    let next = page["next_cursor"].as_str().expect("a cursor");
    let page = client.get(&format!("/ca_certificates?limit=1&cursor={next}"));
    assert_eq!(page["data"][0]["encryption_algorithm"], "RSA");
    assert_eq!((&page["data"][0]["id"], &page["next_cursor"]), (&json!(2), &json!(null)));
    let back = page["prev_cursor"].as_str().expect("a cursor");
    let page = client.get(&format!("/ca_certificates?limit=1&cursor={back}"));
    assert_eq!(page["data"][0]["id"], 1);
    assert_eq!(client.get("/ca_certificates?cursor=nonsense")["data"], json!([]));
}
