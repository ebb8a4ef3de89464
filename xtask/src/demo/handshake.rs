//! A real TLS handshake: a server with the installed files, and a client that trusts nothing but the sandbox's root.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, Stream};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Nobody waits longer on loopback.
const TIMEOUT: Duration = Duration::from_secs(10);
const GREETING: &[u8] = b"hello";

/// What a client sees of the certificate of an entry.
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) cipher: String,
    pub(super) serial: String,
}

/// Serves the certificate in use, and connects to it by this name. The root is next to the entry's files.
pub(super) fn shake(entry: &Path, name: &str) -> Result<Seen, Box<dyn Error + Send + Sync>> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let current = entry.join("current");
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(current.join("fullchain.pem"))?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(current.join("privkey.pem"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    let serving = thread::spawn(move || -> Result<(), Box<dyn Error + Send + Sync>> {
        let (mut stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let mut connection = ServerConnection::new(Arc::new(server))?;
        Stream::new(&mut connection, &mut stream).write_all(GREETING)?;
        Ok(())
    });
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(entry.join("root.pem"))?)?;
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(client), ServerName::try_from(name.to_owned())?)?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut greeting = [0; GREETING.len()];
    Stream::new(&mut connection, &mut stream).read_exact(&mut greeting)?;
    serving.join().map_err(|_| "the server panicked")??;
    let leaf =
        connection.peer_certificates().and_then(<[_]>::first).ok_or("the server showed no certificate")?;
    let (_, leaf) = X509Certificate::from_der(leaf)?;
    Ok(Seen {
        version: connection
            .protocol_version()
            .map(|version| format!("{version:?}").replace("TLSv1_", "TLS 1."))
            .unwrap_or_default(),
        cipher: connection
            .negotiated_cipher_suite()
            .map(|suite| format!("{:?}", suite.suite()))
            .unwrap_or_default(),
        serial: leaf.raw_serial_as_string(),
    })
}
