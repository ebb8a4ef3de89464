//! One connection to the listener: its request is read, it is answered, and shown out. Nothing here blocks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};

use super::files::Files;
use super::http_request::{self, Reply, Waiting};

/// For the request, and again for the answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A browser's is a tenth of that.
const MAX_HEAD: usize = 8 * 1024;

/// A connection, and where it is.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    phase: Phase,
    end: Instant,
}

#[derive(Debug)]
enum Phase {
    Asking(Vec<u8>),
    /// For the store.
    Waiting(Waiting),
    Answered {
        answer: Vec<u8>,
        sent: usize,
    },
    /// The answer is on its way. To close now, with something unread, would take it back.
    Leaving,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream, phase: Phase::Asking(Vec::new()), end: Instant::now() + TIMEOUT })
    }

    /// When we lose patience.
    pub(super) fn end(&self) -> Instant {
        self.end
    }

    /// What it waits for.
    pub(super) fn watched(&self) -> PollFd<'_> {
        let events = match self.phase {
            Phase::Answered { .. } => PollFlags::POLLOUT,
            // It hears all the same that the guest is gone.
            Phase::Waiting(_) => PollFlags::empty(),
            Phase::Asking(_) | Phase::Leaving => PollFlags::POLLIN,
        };
        PollFd::new(self.stream.as_fd(), events)
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting(_))
    }

    /// Whether it waits no longer.
    pub(super) fn is_called(&self) -> bool {
        matches!(&self.phase, Phase::Waiting(waiting) if waiting.is_over())
    }

    /// Goes on as far as it can. False: it is gone, or done.
    pub(super) fn go_on(&mut self, files: &Files) -> bool {
        match self.step(files) {
            Ok(stays) => stays,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    fn step(&mut self, files: &Files) -> io::Result<bool> {
        let mut piece = [0; 1024];
        if let Phase::Asking(head) = &mut self.phase {
            let length = self.stream.read(&mut piece)?;
            head.extend_from_slice(piece.get(..length).unwrap_or_default());
            let reply = if head.len() > MAX_HEAD {
                Some(http_request::too_long())
            } else {
                http_request::reply(head, files)
            };
            match reply {
                None => return Ok(length > 0),
                Some(Reply::Now(answer)) => self.enter(Phase::Answered { answer, sent: 0 }),
                Some(Reply::Later(waiting)) => {
                    self.enter(Phase::Waiting(waiting));
                    return Ok(true);
                }
            }
        }
        if let Phase::Waiting(waiting) = &self.phase {
            // Without an answer, the guest is gone.
            let Some(answer) = waiting.answer(files) else { return Ok(false) };
            self.enter(Phase::Answered { answer, sent: 0 });
        }
        if let Phase::Answered { answer, sent } = &mut self.phase {
            while let Some(rest) = answer.get(*sent..).filter(|rest| !rest.is_empty()) {
                // As with all of TCP in std, no SIGPIPE comes of a peer that is gone.
                *sent += self.stream.write(rest)?;
            }
            self.stream.shutdown(Shutdown::Write)?;
            self.enter(Phase::Leaving);
            return Ok(true);
        }
        Ok(self.stream.read(&mut piece)? > 0)
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.end = Instant::now() + TIMEOUT;
    }
}
