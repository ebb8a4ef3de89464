//! Sends the body of an answer: whole, truncated, or byte by byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Interval, MissedTickBehavior};

use crate::reply::WireFault;

pub(crate) enum Delivery {
    Whole(Option<Bytes>),
    Truncated { promised: u64, part: Option<Bytes>, flushed: bool },
    Drip { rest: Bytes, pace: Interval },
}

impl Delivery {
    pub(crate) fn new(bytes: Bytes, fault: Option<WireFault>) -> Self {
        match fault {
            Some(WireFault::Truncate) => Self::Truncated {
                promised: bytes.len().max(1) as u64,
                part: Some(bytes.slice(..bytes.len() / 2)),
                flushed: false,
            },
            Some(WireFault::Drip { every }) => {
                // Tokio panics on an interval of zero.
                let every = every.max(std::time::Duration::from_micros(1));
                let mut pace = tokio::time::interval(every);
                pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
                Self::Drip { rest: bytes, pace }
            }
            _ => Self::Whole((!bytes.is_empty()).then_some(bytes)),
        }
    }
}

impl Body for Delivery {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Truncated { part, flushed, .. } => {
                if let Some(part) = part.take().filter(|part| !part.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(part))));
                }
                if !*flushed {
                    // Pending once, so that the first part is sent before the error ends the connection.
                    *flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            Self::Drip { rest, pace } => {
                if rest.is_empty() {
                    return Poll::Ready(None);
                }
                std::task::ready!(pace.poll_tick(context));
                Poll::Ready(Some(Ok(Frame::data(rest.split_to(1)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Truncated { .. } => false,
            Self::Drip { rest, .. } => rest.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(bytes) => bytes.as_ref().map_or(0, |bytes| bytes.len() as u64),
            Self::Truncated { promised, .. } => *promised,
            Self::Drip { rest, .. } => rest.len() as u64,
        })
    }
}
