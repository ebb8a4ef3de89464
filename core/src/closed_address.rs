//! For tests: an address that refuses connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;

use socket2::{Domain, Socket, Type};

/// The same for all tests of a process. Its port is bound and nobody listens there, so no other program gets it.
pub(crate) fn closed_address() -> SocketAddr {
    static CLOSED: LazyLock<(Socket, SocketAddr)> = LazyLock::new(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port");
        let address = socket.local_addr().expect("its address").as_socket().expect("IPv4");
        (socket, address)
    });
    CLOSED.1
}
