//! The outermost layer, above TLS and proxies. It knows when a request begins to be sent.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::watch;

/// Wraps connections to the service. Data that goes to a proxy before the tunnel exists is not part of a request.
#[derive(Debug)]
pub(super) struct OutermostConnector;

impl<In: Transport> Connector<In> for OutermostConnector {
    type Out = Outermost<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let is_service = !watch::is_at_proxy();
        if is_service && chained.is_some() {
            watch::connected();
        }
        Ok(chained.map(|inner| Outermost { inner, is_service }))
    }
}

#[derive(Debug)]
pub(super) struct Outermost<T> {
    inner: T,
    is_service: bool,
}

impl<T: Transport> Transport for Outermost<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.is_service {
            watch::sending();
        }
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let buffers = self.inner.buffers();
        // A read into no room looks like the end of the connection. Only a head without end fills the buffer.
        if buffers.input_append_buf().is_empty() {
            let length = buffers.input().len();
            return Err(Error::LargeResponseHeader(length, length));
        }
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
