//! Starts a sandbox: creates its parts and connects them.

use std::io;
use std::sync::Arc;

use crate::background::{self, Background};
use crate::dispatch::Dispatcher;
use crate::dns::Sockets;
use crate::management::Management;
use crate::options::Options;
use crate::sandbox::Sandbox;
use crate::server::Server;
use crate::service::Service;

impl Sandbox {
    /// Creates a new root and intermediate and an empty account, and serves the API.
    pub fn start(options: Options) -> io::Result<Self> {
        let sockets = options.dns.is_none().then(|| Sockets::bind(options.dns_listen)).transpose()?;
        let dns = sockets.as_ref().map(|sockets| sockets.address).or(options.dns);
        let service = Arc::new(Service::new(&options, dns.ok_or(io::ErrorKind::InvalidInput)?)?);
        let dispatcher = Arc::new(Dispatcher::new(Arc::clone(&service)));
        let background = Arc::new(Background::new(Arc::clone(&dispatcher)));
        let with_tls = options.tls || !options.tls_names.is_empty();
        let tls = with_tls
            .then(|| service.authority.tls_acceptor(&options.tls_names))
            .transpose()
            .map_err(io::Error::other)?;
        let scheme = if with_tls { "https" } else { "http" };
        let server = Server::start(options.listen, tls, dispatcher.clone())?;
        if let Some(sockets) = sockets {
            sockets.serve(&server.handle()?, &service.zone)?;
        }
        server.handle()?.spawn(background::run(Arc::clone(&background)));
        let base_url = format!("{scheme}://{}", server.address());
        let sandbox = |management_url, server| Self {
            service: Arc::clone(&service),
            dispatcher: Arc::clone(&dispatcher),
            background: Arc::clone(&background),
            base_url: base_url.clone(),
            management_url,
            _server: server,
        };
        let mut management_url = None;
        if let Some(listen) = options.management {
            let management = Management::new(sandbox(None, None), options.management_hosts);
            let url = format!("http://{}", server.also(listen, Arc::new(management))?);
            service.state().mailbox.base = Some(url.clone());
            management_url = Some(url);
        }
        Ok(sandbox(management_url, Some(server)))
    }
}
