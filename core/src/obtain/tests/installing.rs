//! Hosts that only install what others order.

use super::hosts::Hosts;
use crate::obtain::interface::{Obtain, Outcome};

/// As on the host that orders: the last three, and no older keys.
#[test]
fn old_versions_are_removed_on_every_host() {
    for by_obtain in [false, true] {
        let hosts = Hosts::new();
        hosts.obtain(0).expect("a certificate");
        for _ in 0..5 {
            if by_obtain {
                assert_eq!(hosts.obtain(1).expect("installed").outcome, Outcome::Installed);
            } else {
                assert_eq!(hosts.install(1), [("example.com".to_owned(), Some(Outcome::Installed))]);
            }
            hosts.obtain_as(&Obtain { force: Some(true), ..hosts.wanted(0) }).expect("another one");
        }
        hosts.install(1);
        let has_key = |serial: &u32| hosts.read(1, &format!("versions/{serial}/privkey.pem")).is_some();
        assert_eq!((1..=6).filter(has_key).collect::<Vec<_>>(), [4, 5, 6], "by obtain: {by_obtain}");
    }
}
