//! Messages from our threads to a caller who also has to hear of a cancel.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Instant;

use nix::poll::PollFlags;

use crate::alarm::Alarm;
use crate::cancel::{CancelToken, Waited};

/// Where the messages arrive.
#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    messages: Receiver<T>,
    alarm: Arc<Alarm>,
}

/// One of those who send. The caller is told when the last one is dropped.
#[derive(Debug)]
pub(crate) struct Mail<T> {
    messages: Option<Sender<T>>,
    alarm: Arc<Alarm>,
}

/// What a caller found.
#[derive(Debug)]
pub(crate) enum Found<T> {
    Message(T),
    /// Nobody is left who could send.
    Closed,
    Cancelled,
    /// The time has come.
    Over,
}

/// A mailbox, and the first one who may send to it.
pub(crate) fn mailbox<T>() -> io::Result<(Mail<T>, Mailbox<T>)> {
    let alarm = Arc::new(Alarm::new()?);
    let (sender, messages) = channel();
    Ok((Mail { messages: Some(sender), alarm: Arc::clone(&alarm) }, Mailbox { messages, alarm }))
}

impl<T> Mail<T> {
    /// Sends. If nobody waits for it any more, it is dropped.
    pub(crate) fn send(&self, message: T) {
        if self.messages.as_ref().is_some_and(|messages| messages.send(message).is_ok()) {
            self.alarm.ring();
        }
    }
}

impl<T> Clone for Mail<T> {
    fn clone(&self) -> Self {
        Self { messages: self.messages.clone(), alarm: Arc::clone(&self.alarm) }
    }
}

impl<T> Drop for Mail<T> {
    fn drop(&mut self) {
        // In this order: whoever is woken has to find it closed.
        self.messages = None;
        self.alarm.ring();
    }
}

impl<T> Mailbox<T> {
    /// Waits for a message, at most until this moment.
    pub(crate) fn wait(&self, cancel: &CancelToken, end: Option<Instant>) -> Found<T> {
        loop {
            if let Some(found) = self.look() {
                return found;
            }
            match cancel.wait(Some((self.as_fd(), PollFlags::POLLIN)), end) {
                Waited::Ready => {}
                Waited::Cancelled => return Found::Cancelled,
                Waited::Over => return Found::Over,
            }
        }
    }

    /// What has come already. None as long as there is nothing; the descriptor is readable when there may be.
    pub(crate) fn look(&self) -> Option<Found<T>> {
        self.alarm.clear();
        match self.messages.try_recv() {
            Ok(message) => Some(Found::Message(message)),
            Err(TryRecvError::Disconnected) => Some(Found::Closed),
            Err(TryRecvError::Empty) => None,
        }
    }
}

impl<T> AsFd for Mailbox<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.alarm.ear()
    }
}
