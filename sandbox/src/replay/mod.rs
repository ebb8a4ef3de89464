//! The replay mode: recorded exchanges, played to the client under test.

mod case;
mod player;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

pub use case::{Case, Source};
pub use player::Verdict;

use crate::server::Server;
use player::Player;

/// A server that plays the exchanges of case files. Dropping it stops it.
pub struct Replay {
    player: Arc<Player>,
    url: String,
    _server: Server,
}

impl Replay {
    /// The access key for the client under test.
    pub const ACCESS_KEY: &str = player::ACCESS_KEY;

    /// Reads all cases `dir/<operation>/<case>.json` and serves them at a port that the system chooses.
    pub fn start(dir: &Path) -> io::Result<Self> {
        Self::listen(dir, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// The same at this address.
    pub fn listen(dir: &Path, address: SocketAddr) -> io::Result<Self> {
        let player = Arc::new(Player::new(case::read_all(dir)?));
        let server = Server::start(address, None, player.clone())?;
        Ok(Self { url: format!("http://{}", server.address()), player, _server: server })
    }

    /// The URL under which all cases are served.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The base URL for the client that plays a case, such as `get_certificate/draft`.
    #[must_use]
    pub fn base_url(&self, case: &str) -> String {
        format!("{}/{case}", self.url)
    }

    /// All cases, in the order of their names.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        self.player.cases()
    }

    /// The result of playing a case. The case is rewound, so that it can be played again.
    #[must_use]
    pub fn verdict(&self, case: &str) -> Verdict {
        self.player.verdict(case)
    }
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("url", &self.url).finish_non_exhaustive()
    }
}
