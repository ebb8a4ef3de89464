//! Orders whose answers were lost: found, distinguished from those of others, and cancelled if they are one too many.

use std::time::Duration;

use serde_json::json;
use zerossl_sandbox::{Effect, Reply, When, WireFault};

use super::stand::Stand;
use crate::endpoints::CreateCertificate;
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn lose(stand: &Stand, when: When) {
    stand.strike("create_certificate", 1, when, Reply::broken(WireFault::Reset));
}

/// An order that is carried out ten minutes after it was answered with an error.
fn late(stand: &Stand) {
    stand.strike("create_certificate", 1, When::Late { by: Duration::from_secs(600) }, Reply::page(504));
}

fn lost(stand: &Stand) -> usize {
    stand.journal()["lost"].as_array().map_or(0, Vec::len)
}

fn forced(stand: &Stand) -> Obtain {
    Obtain { force: Some(true), ..stand.wanted() }
}

/// With one call per day, too, a lost order is searched once more before it is forgotten.
#[test]
fn a_call_a_day_finds_a_late_duplicate() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    late(&stand);
    let waiting = Obtain { deadline: Some(60.0), ..stand.wanted() };
    stand.obtain_after_unknown(&waiting).expect("ordered again, and waiting");
    stand.sandbox.advance(DAY + Duration::from_secs(60));
    assert_eq!(stand.obtain(&stand.wanted()).expect("issued").outcome, Outcome::Resumed);
    assert_eq!((stand.live().len(), lost(&stand)), (1, 0), "{:?}", stand.live());
}

#[test]
fn a_duplicate_that_cannot_be_cancelled_is_tried_again() {
    for code in [111, 2834, 2909] {
        let stand = Stand::new();
        stand.sandbox.set_issue_delay(Duration::from_secs(3600));
        late(&stand);
        let waiting = Obtain { deadline: Some(60.0), ..stand.wanted() };
        stand.obtain_after_unknown(&waiting).expect("it waits");
        stand.sandbox.advance(Duration::from_secs(3600));
        stand.strike("cancel_certificate", 1, When::Before, Reply::refusal(code).expect("a code"));
        stand.obtain(&stand.wanted()).expect("issued");
        assert_eq!((stand.live().len(), lost(&stand)), (2, 1), "{code}");
        stand.obtain(&stand.wanted()).expect("good");
        assert_eq!((stand.live().len(), lost(&stand)), (1, 0), "{code}");
    }
}

/// The lost order is found, so the next one of these names is somebody else's.
#[test]
fn an_order_of_somebody_else_is_left_alone() {
    let stand = Stand::new();
    stand.quirk("create_certificate", 9, Effect::ForeignHashes);
    stand.sandbox.change_settings(|settings| settings.list_lag = Duration::from_secs(33));
    lose(&stand, When::After);
    stand.obtain(&stand.wanted()).expect_err("its answer is lost");
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2839).expect("a code"));
    stand.obtain(&stand.wanted()).expect_err("the lost one is in the way, and not to be seen");
    stand.sandbox.advance(Duration::from_secs(120));
    let id = stand.obtain(&stand.wanted()).expect("found").certificate.expect("a certificate").id;
    assert_eq!(lost(&stand), 0);
    stand.sandbox.change_settings(|settings| settings.list_lag = Duration::ZERO);
    let client = stand.client();
    let csr = client.send(&GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    let create = CreateCertificate {
        strict_domains: Some(true),
        replacement_for_certificate: Some(id),
        ..CreateCertificate::new(["example.com"], csr)
    };
    let foreign = client.send(&create).expect("an order").id;
    stand.obtain(&stand.wanted()).expect("nothing to do");
    assert!(stand.live().iter().any(|order| order.id == foreign));
}

#[test]
fn a_replaced_certificate_is_not_taken_for_a_late_one() {
    let stand = Stand::new();
    lose(&stand, When::Before);
    stand.obtain_after_unknown(&stand.wanted()).expect("made again");
    stand.obtain(&forced(&stand)).expect("renewed");
    assert_eq!((lost(&stand), stand.live().len()), (1, 2), "the lost one did not turn up");
}

/// An order with another key was sent, its answer was lost, and it blocks the next one.
#[test]
fn a_lost_order_of_other_terms_is_cancelled() {
    let stand = Stand::new();
    stand.sandbox.set_quota(1);
    late(&stand);
    stand.pass("list_certificates", 1);
    stand.strike("list_certificates", 1, When::Before, Reply::text(403, "<html>403</html>"));
    stand.obtain(&stand.wanted()).expect_err("the look fails");
    let other = Obtain { key_type: Some(KeyType::EcdsaP384), ..stand.wanted() };
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2836).expect("a code"));
    stand.obtain(&other).expect_err("refused");
    stand.sandbox.advance(Duration::from_secs(600));
    stand.obtain(&other).expect("ours is cancelled");
    assert_eq!(stand.live().len(), 1);
}

/// The service has returned the hash of one of our orders, and then an order has no hash: that alone does not make it
/// somebody else's.
#[test]
fn a_hash_that_differs_is_for_a_person_to_judge() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.quirk("create_certificate", 9, Effect::ForeignHashes);
    lose(&stand, When::After);
    let error = stand.obtain(&forced(&stand)).expect_err("ours, or another's");
    assert_eq!((error.kind(), error.candidates().len()), (Kind::Ambiguous, 1), "{error}");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 2));
    let ours = error.candidates()[0]["id"].as_str().map(str::to_owned);
    let obtained = stand.obtain(&Obtain { adopt: ours, ..stand.wanted() }).expect("it is told");
    stand.inspect(&obtained);
}

#[test]
fn an_order_without_values_is_found_by_its_names() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    stand.quirk("get_certificate", 1, Effect::EmptyValidation);
    stand.quirk("list_certificates", 2, Effect::EmptyValidation);
    lose(&stand, When::After);
    let obtained = stand.obtain(&forced(&stand)).expect("found");
    assert_eq!((stand.count("create_certificate"), stand.live().len()), (2, 2));
    stand.inspect(&obtained);
}

/// A cache or a proxy mixes up answers.
#[test]
fn an_answer_of_other_names_is_not_ours() {
    let stand = Stand::new();
    let client = stand.client();
    let csr = client.send(&GenerateCsr::new(["example.org"])).expect("a CSR").csr;
    let other = client.send(&CreateCertificate::new(["example.org"], csr)).expect("an order");
    stand.strike("create_certificate", 1, When::After, Reply::json(200, json!(other)));
    let obtained = stand.obtain(&stand.wanted()).expect("ours is looked for");
    stand.inspect(&obtained);
    assert!(stand.live().iter().any(|order| order.id == other.id));
}

/// For a moment, the service does not know an order.
#[test]
fn an_order_that_comes_back_is_cancelled() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    stand.strike("get_certificate", 1, When::Before, Reply::refusal(2803).expect("a code"));
    stand.sandbox.set_issue_delay(Duration::ZERO);
    let obtained = stand.obtain(&stand.wanted()).expect("another one");
    stand.inspect(&obtained);
    assert_eq!(stand.live().len(), 1, "{:?}", stand.live());
}

/// Three creates with an unknown outcome are the limit for a day. The account is still searched.
#[test]
fn after_three_lost_orders_none_is_made_and_each_is_still_searched() {
    for turns_up in [false, true] {
        let stand = Stand::new();
        for number in 0..3 {
            if number == 2 && turns_up {
                late(&stand);
            } else {
                lose(&stand, When::Before);
            }
            let error = stand.obtain(&stand.wanted()).expect_err("its answer is lost");
            assert!(error.is_retryable(), "{error}");
        }
        stand.sandbox.advance(Duration::from_secs(700));
        match stand.obtain(&stand.wanted()) {
            Ok(obtained) => {
                assert!(turns_up);
                stand.inspect(&obtained);
            }
            Err(error) => assert_eq!((error.kind(), turns_up), (Kind::RateLimited, false), "{error}"),
        }
        assert_eq!(stand.count("create_certificate"), 3);
    }
}
