//! Stands between a client and an engine, and spoils the connection.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    /// All goes through.
    Through,
    /// Requests go through, and each answer ends after its first bytes.
    Cut,
    /// Requests go through, answers do not.
    Silent,
}

pub(crate) struct Middleman {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    mode: AtomicU8,
    /// Pieces of requests that went through.
    requests: AtomicUsize,
}

impl Middleman {
    pub(crate) fn before(engine: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let state =
            Arc::new(State { mode: AtomicU8::new(Mode::Through as u8), requests: AtomicUsize::new(0) });
        let theirs = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(engine) else { continue };
                let (state, ends) = (Arc::clone(&theirs), (client.try_clone(), server.try_clone()));
                let (Ok(to_client), Ok(from_client)) = (client.try_clone(), ends.0) else { continue };
                let Ok(to_server) = ends.1 else { continue };
                let states = (Arc::clone(&state), state);
                thread::spawn(move || requests(&states.0, from_client, to_server));
                thread::spawn(move || answers(&states.1, server, to_client));
            }
        });
        Self { address, state }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.state.mode.store(mode as u8, Ordering::SeqCst);
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }
}

impl State {
    fn is(&self, mode: Mode) -> bool {
        self.mode.load(Ordering::SeqCst) == mode as u8
    }
}

fn requests(state: &State, mut client: TcpStream, mut server: TcpStream) {
    let mut buffer = [0; 16 << 10];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        state.requests.fetch_add(1, Ordering::SeqCst);
        if server.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // The other end may be gone already.
    let _ = server.shutdown(Shutdown::Write);
}

fn answers(state: &State, mut server: TcpStream, mut client: TcpStream) {
    let mut buffer = [0; 16 << 10];
    while let Ok(read @ 1..) = server.read(&mut buffer) {
        if state.is(Mode::Silent) {
            continue;
        }
        let is_cut = state.is(Mode::Cut);
        let sent = if is_cut { &buffer[..read.min(9)] } else { &buffer[..read] };
        if client.write_all(sent).is_err() || is_cut {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
