//! The two kinds of client.

/// Whether the methods wait on their thread, or on an event loop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Blocking,
    Async,
}

impl Mode {
    pub(super) fn def(self) -> &'static str {
        match self {
            Self::Blocking => "def",
            Self::Async => "async def",
        }
    }

    /// The module that runs operations.
    pub(super) fn runner(self) -> &'static str {
        match self {
            Self::Blocking => "running",
            Self::Async => "awaiting",
        }
    }

    pub(super) fn wait(self) -> &'static str {
        match self {
            Self::Blocking => "",
            Self::Async => "await ",
        }
    }
}
