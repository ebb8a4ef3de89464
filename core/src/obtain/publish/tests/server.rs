use std::net::TcpListener;

use crate::obtain::publish::server::{close, listen};

#[test]
fn a_port_is_free_though_a_child_of_fork_has_its_socket() {
    let listener = listen(([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let of_the_child = listener.try_clone().expect("a copy");
    close(&listener);
    drop(listener);
    TcpListener::bind(address).expect("the port is free");
    drop(of_the_child);
}
