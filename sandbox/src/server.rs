//! The HTTP server of the sandbox and of the replay mode. It reads requests and sends replies, with their
//! faults on the wire.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Handle, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::delivery::Delivery;
use crate::reply::{Reply, WireFault};

/// More than any request of the API needs.
const MAX_REQUEST: usize = 1024 * 1024;

/// A request that was read completely.
pub(crate) struct Received {
    /// The number of the TCP connection it came over, from 1.
    pub(crate) connection: u64,
    pub(crate) at: Instant,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Answers requests. It may block.
pub(crate) trait Responder: Send + Sync + 'static {
    fn respond(&self, request: &Received) -> Reply;
}

/// A running server. Dropping it stops it.
pub(crate) struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start(
        listen: SocketAddr,
        tls: Option<TlsAcceptor>,
        responder: Arc<dyn Responder>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("zerossl-sandbox")
            .enable_all()
            .build()?;
        let address = serve_at(runtime.handle(), listen, tls, responder)?;
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// Serves another handler on another port, as long as this server runs.
    pub(crate) fn also(&self, listen: SocketAddr, responder: Arc<dyn Responder>) -> io::Result<SocketAddr> {
        serve_at(&self.handle()?, listen, None, responder)
    }

    pub(crate) fn handle(&self) -> io::Result<Handle> {
        let runtime = self.runtime.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        Ok(runtime.handle().clone())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn serve_at(
    runtime: &Handle,
    listen: SocketAddr,
    tls: Option<TlsAcceptor>,
    responder: Arc<dyn Responder>,
) -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let listener = {
        let _inside = runtime.enter();
        TcpListener::from_std(listener)?
    };
    runtime.spawn(accept(listener, tls, responder));
    Ok(address)
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, responder: Arc<dyn Responder>) {
    let mut connection = 0;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually there are no file descriptors left; some may become free soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        connection += 1;
        tokio::spawn(serve_connection(stream, connection, tls.clone(), Arc::clone(&responder)));
    }
}

/// Serves one connection until it ends.
async fn serve_connection(
    stream: TcpStream,
    connection: u64,
    tls: Option<TlsAcceptor>,
    responder: Arc<dyn Responder>,
) {
    // Answers are small and the client waits for them. Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    // A second handle on the socket outlives hyper's, so that the last close can send a reset.
    let Ok(socket) = SockRef::from(&stream).try_clone() else {
        return;
    };
    let reset = Arc::new(AtomicBool::new(false));
    match tls {
        None => serve(stream, connection, responder, Arc::clone(&reset)).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, connection, responder, Arc::clone(&reset)).await;
            }
        }
    }
    if reset.load(Ordering::Relaxed) {
        let _ = socket.set_linger(Some(Duration::ZERO));
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: u64,
    responder: Arc<dyn Responder>,
    reset: Arc<AtomicBool>,
) {
    let service = service_fn(move |request| {
        let responder = Arc::clone(&responder);
        let reset = Arc::clone(&reset);
        async move {
            let reply = receive(request, connection, responder).await;
            deliver(reply, &reset).await
        }
    });
    // How a connection ends is up to the client; it is not an error here.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn receive(request: Request<Incoming>, connection: u64, responder: Arc<dyn Responder>) -> Reply {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_REQUEST).collect().await else {
        return Reply::page(413);
    };
    let received = Received {
        connection,
        at,
        method: head.method,
        uri: head.uri,
        headers: head.headers,
        body: body.to_bytes(),
    };
    tokio::task::spawn_blocking(move || responder.respond(&received))
        .await
        .unwrap_or_else(|_| Reply::page(500))
}

/// The connection ends here, as the fault demands.
#[derive(Debug)]
struct Aborted;

impl std::fmt::Display for Aborted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is reset on purpose")
    }
}

impl std::error::Error for Aborted {}

async fn deliver(reply: Reply, reset: &AtomicBool) -> Result<Response<Delivery>, Aborted> {
    // The shortest sleep takes a millisecond.
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    match reply.fault {
        Some(WireFault::Reset) => {
            reset.store(true, Ordering::Relaxed);
            return Err(Aborted);
        }
        Some(WireFault::Hang) => match std::future::pending::<Infallible>().await {},
        _ => {}
    }
    let mut response = Response::new(());
    // A status or header that cannot be sent is a mistake in a test's script.
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("server", HeaderValue::from_static("nginx"));
    if let Some(kind) = reply.content_type() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            headers.insert(name, value);
        }
    }
    let fault = reply.fault;
    Ok(response.map(|()| Delivery::new(Bytes::from(reply.into_bytes()), fault)))
}
