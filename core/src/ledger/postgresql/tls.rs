//! TLS for a connection: the library's own, as for HTTPS, and the modes that PostgreSQL's tools have.

mod mode;
mod trust;

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use super::wire::Wire;
use crate::error::{Error, Result};
pub(super) use mode::Mode;
pub(super) use trust::Trust;

/// How the connections are secured.
#[derive(Clone)]
pub(super) struct Tls {
    config: Option<Arc<ClientConfig>>,
    pub(super) mode: SslMode,
    pub(super) host: String,
}

impl Tls {
    pub(super) fn new(
        mode: Mode,
        host: &str,
        trust: &Trust,
        client: Option<&(PathBuf, PathBuf)>,
    ) -> Result<Self> {
        let ssl_mode = match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        };
        let config = if mode == Mode::Disable { None } else { Some(Arc::new(config(mode, trust, client)?)) };
        Ok(Self { config, mode: ssl_mode, host: host.to_owned() })
    }
}

fn config(mode: Mode, trust: &Trust, client: Option<&(PathBuf, PathBuf)>) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let refuse = |why: String| Error::invalid("store", why);
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(trust.verifier(mode, provider)?);
    let Some((certificate, key)) = client else { return Ok(builder.with_no_client_auth()) };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|error| refuse(format!("PGSSLCERT: {}: {error}", certificate.display())))?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| refuse(format!("PGSSLKEY: {}: {error}", key.display())))?;
    builder
        .with_client_auth_cert(chain, secret)
        .map_err(|error| refuse(format!("PGSSLCERT and PGSSLKEY do not go together: {error}")))
}

impl TlsConnect<Wire> for Tls {
    type Stream = Secured;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secured>> + Send>>;

    fn connect(self, wire: Wire) -> Self::Future {
        Box::pin(async move {
            let config = self.config.ok_or(io::ErrorKind::Unsupported)?;
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            TlsConnector::from(config).connect(name, wire).await.map(Secured)
        })
    }
}

/// A connection under TLS.
pub(super) struct Secured(tokio_rustls::client::TlsStream<Wire>);

impl TlsStream for Secured {
    /// The password's exchange is bound to the server's certificate (RFC 5929, section 4), so that nobody can pass it
    /// on.
    fn channel_binding(&self) -> ChannelBinding {
        let certificate = self.0.get_ref().1.peer_certificates().and_then(<[_]>::first);
        certificate
            .and_then(|certificate| trust::fingerprint(certificate))
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
