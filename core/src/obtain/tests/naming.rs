//! Names are compared as names, whatever spelling the service uses. An order in the answer to our create is ours.

use serde_json::json;
use zerossl_sandbox::{Effect, Options, Quirk, Reply, Sandbox, Spelling, When, WireFault};

use super::stand::Stand;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

const SPELLINGS: [Spelling; 4] =
    [Spelling::UpperCase, Spelling::MixedCase, Spelling::FinalDot, Spelling::Unicode];
const IDN: &str = "bücher.example.com";

fn spelled(stand: &Stand, spelling: Spelling) {
    for effect in [Effect::SpellNames { spelling }, Effect::SpellValues { spelling }] {
        let quirk = Quirk { operation: None, times: usize::MAX, effect };
        stand.sandbox.quirk(quirk).expect("it goes together");
    }
}

fn idn(stand: &Stand) -> Obtain {
    Obtain { domains: vec![IDN.to_owned()], name: Some("example.com".to_owned()), ..stand.wanted() }
}

#[test]
fn an_order_is_ours_however_its_names_are_spelled() {
    for spelling in SPELLINGS {
        let stand = Stand::new();
        spelled(&stand, spelling);
        for wanted in [
            idn(&stand),
            Obtain { name: Some("two".to_owned()), strict_domains: Some(false), ..stand.wanted() },
        ] {
            let before = stand.count("create_certificate");
            let first = stand.obtain(&wanted).expect("one order");
            assert_eq!(first.outcome, Outcome::Issued, "{spelling:?}");
            assert_eq!(stand.count("create_certificate"), before + 1, "{spelling:?}");
            let renewed = stand.obtain(&Obtain { force: Some(true), ..wanted }).expect("renewed");
            let (first, renewed) = (first.certificate.expect("one"), renewed.certificate.expect("one"));
            assert_eq!(renewed.replacement_for, Some(first.id), "{spelling:?}");
        }
    }
}

/// Its answer is lost, so only its names and its hash identify it.
#[test]
fn a_lost_order_is_found_however_its_names_are_spelled() {
    for spelling in SPELLINGS {
        for foreign in [false, true] {
            let stand = Stand::new();
            spelled(&stand, spelling);
            if foreign {
                stand.quirk("create_certificate", 1, Effect::ForeignHashes);
            }
            stand.strike("create_certificate", 1, When::After, Reply::broken(WireFault::Reset));
            let obtained = stand.obtain(&idn(&stand)).expect("found");
            assert_eq!((obtained.outcome, stand.count("create_certificate")), (Outcome::Issued, 1));
            assert_eq!(stand.live().len(), 1, "{spelling:?}, foreign hashes: {foreign}");
        }
    }
}

/// An adopted order, and an order whose store is lost.
#[test]
fn adoption_and_replacement_accept_every_spelling() {
    for spelling in SPELLINGS {
        let stand = Stand::of_a_folder();
        spelled(&stand, spelling);
        let first = stand.obtain(&idn(&stand)).expect("a certificate").certificate.expect("one").id;
        std::fs::remove_dir_all(stand.store().join("example.com")).expect("lost");
        let second = stand.obtain(&idn(&stand)).expect("replaced").certificate.expect("one");
        assert_eq!(second.replacement_for, Some(first), "{spelling:?}");
    }
}

#[test]
fn a_wildcard_may_come_with_its_apex() {
    for (validation, strict, lost) in
        [(false, true, false), (true, true, false), (false, false, true), (true, true, true)]
    {
        let sandbox = Sandbox::start(Options { quota: 50, ..Options::default() }).expect("a sandbox");
        sandbox
            .quirk(Quirk { operation: None, times: usize::MAX, effect: Effect::WithApex { validation } })
            .expect("it goes together");
        if lost {
            let reply = Reply::broken(WireFault::Reset);
            let operation = Some("create_certificate".to_owned());
            sandbox.fault(zerossl_sandbox::Fault { operation, times: 1, when: When::After, reply });
        }
        let stand = Stand::with(sandbox);
        let validation_of = json!({"method": "EMAIL", "emails": {"*.example.com": "admin@example.com"}});
        let wanted = Obtain {
            domains: vec!["*.example.com".to_owned()],
            validation: validation_of,
            strict_domains: Some(strict),
            deadline: Some(60.0),
            ..stand.wanted()
        };
        let waiting = stand.obtain(&wanted).expect("mails are sent");
        assert_eq!(waiting.outcome, Outcome::Pending);
        assert_eq!((stand.count("create_certificate"), stand.live().len()), (1, 1));
    }
}

/// The answer to our create has completely different names, and no order with our names appears. The answer is the only
/// information, and nothing is ordered again.
#[test]
fn an_answer_about_other_names_is_believed_when_nothing_else_is_there() {
    let stand = Stand::new();
    let mut other = json!({
        "id": "0123456789abcdef0123456789abcdef", "status": "draft", "common_name": "example.org",
        "additional_domains": "", "validation": {"email_validation": [], "other_methods": []},
    });
    stand.strike("create_certificate", 1, When::Before, Reply::json(200, other.clone()));
    other["common_name"] = json!("example.org");
    stand.strike("get_certificate", 9, When::Before, Reply::json(200, other));
    for _ in 0..2 {
        stand.obtain(&stand.wanted()).expect_err("it says nothing of our names");
        assert_eq!(stand.count("create_certificate"), 1);
    }
    assert_eq!(stand.journal()["order"]["id"], "0123456789abcdef0123456789abcdef");
}

/// Whatever names the answer has, the id is new.
#[test]
fn an_answer_that_is_not_understood_is_an_order_all_the_same() {
    for name in [
        json!("what is this"),
        json!(""),
        json!(null),
        json!("https://example.com/"),
        json!("example.com:443"),
    ] {
        let stand = Stand::new();
        let order = json!({
            "id": "0123456789abcdef0123456789abcdef", "status": "draft", "common_name": name,
            "validation": {"email_validation": [], "other_methods": []},
        });
        stand.strike("create_certificate", 1, When::Before, Reply::json(200, order.clone()));
        stand.strike("get_certificate", 9, When::Before, Reply::json(200, order));
        for _ in 0..2 {
            stand.obtain(&stand.wanted()).expect_err("it says nothing of how to validate");
            assert_eq!(stand.count("create_certificate"), 1, "{name}");
        }
    }
}

/// The service answers with another account's order: it is not ours, and the next call orders.
#[test]
fn an_answer_about_another_accounts_order_is_forgotten() {
    let stand = Stand::new();
    let other = json!({
        "id": "0123456789abcdef0123456789abcdef", "status": "draft", "common_name": "example.org",
        "additional_domains": "", "validation": {"email_validation": [], "other_methods": []},
    });
    stand.strike("create_certificate", 1, When::Before, Reply::json(200, other));
    stand.obtain(&stand.wanted()).expect_err("it says nothing of our order");
    assert_eq!(stand.count("create_certificate"), 1);
    let obtained = stand.obtain(&stand.wanted()).expect("ordered");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 1));
    stand.inspect(&obtained);
}

/// Its folder could not be named again by any other call.
#[test]
fn an_entry_of_a_long_name_needs_a_name() {
    let stand = Stand::new();
    let label = "a".repeat(63);
    let long = [&*label, &label, &label, "example.com"].join(".");
    let wanted = Obtain { domains: vec![long], ..stand.wanted() };
    let error = stand.obtain(&wanted).expect_err("too long");
    assert_eq!((error.parameter(), stand.count("create_certificate")), (Some("name"), 0), "{error}");
    stand.obtain(&Obtain { name: Some("long".to_owned()), ..wanted }).expect("a certificate");
    stand.renew_all(&RenewAll::new(stand.store())).expect("it can be named");
}
