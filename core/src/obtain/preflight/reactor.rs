//! Runs the checks side by side on the thread of the caller. They wait for sockets, for threads, and for moments.
//!
//! They are few. So whatever happens, all of them are polled again, and nobody needs a waker.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use nix::poll::PollFlags;

use crate::cancel::{CancelToken, Waited};
use crate::mailbox::{Found, Mailbox, mailbox};
use crate::thread;

/// What the futures wait for. Each says it again whenever it is polled.
#[derive(Default)]
pub(super) struct Reactor(RefCell<Waiting>);

#[derive(Default)]
struct Waiting {
    descriptors: Vec<(Rc<dyn AsFd>, PollFlags)>,
    next: Option<Instant>,
}

impl Reactor {
    /// Runs the work to its end. None if the token was cancelled before.
    pub(super) fn run<T>(&self, cancel: &CancelToken, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            if let Poll::Ready(result) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Some(result);
            }
            let Waiting { descriptors, next } = self.0.take();
            let watched = descriptors.iter().map(|(descriptor, flags)| (descriptor.as_fd(), *flags));
            if cancel.wait(watched, next) == Waited::Cancelled {
                return None;
            }
        }
    }

    pub(super) async fn sleep_until(&self, end: Instant) {
        poll_fn(|_| if self.has_come(end) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// The result of the work. None if it is not done at this moment.
    pub(super) async fn timeout_at<T>(&self, end: Instant, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if self.has_come(end) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Tries until it does not have to wait for the descriptor, which does not block.
    pub(super) async fn io<F: AsFd + 'static, T>(
        &self,
        descriptor: &Rc<F>,
        flags: PollFlags,
        mut attempt: impl FnMut(&F) -> io::Result<T>,
    ) -> io::Result<T> {
        poll_fn(|_| match attempt(descriptor) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.0.borrow_mut().descriptors.push((Rc::clone(descriptor) as _, flags));
                Poll::Pending
            }
            result => Poll::Ready(result),
        })
        .await
    }

    /// Runs what blocks on a thread of its own, which ends by itself. The only errors are those of having a thread.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (mail, mailbox) = mailbox()?;
        thread::spawn("preflight", move || mail.send(work()))?;
        let mailbox = Rc::new(mailbox);
        let look = |mailbox: &Mailbox<T>| mailbox.look().ok_or_else(|| ErrorKind::WouldBlock.into());
        match self.io(&mailbox, PollFlags::POLLIN, look).await? {
            Found::Message(result) => Ok(result),
            _ => Err(io::Error::other("it broke off; please report this")),
        }
    }

    /// Whether this moment has come; if not, it is waited for.
    fn has_come(&self, end: Instant) -> bool {
        let has_come = Instant::now() >= end;
        if !has_come {
            let next = &mut self.0.borrow_mut().next;
            *next = Some(next.map_or(end, |other| other.min(end)));
        }
        has_come
    }
}
