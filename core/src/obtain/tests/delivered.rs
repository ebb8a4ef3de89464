//! A certificate that the service delivers is installed only if its key, names, chain and dates fit: each lie about one
//! of them is told in the place of the order's certificate.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, SerialNumber, date_time_ymd};
use serde_json::json;
use zerossl_sandbox::{Reply, When};

use super::stand::{Stand, is_fresh};
use crate::error::Kind;
use crate::key_type::KeyType;
use crate::obtain::interface::Obtain;
use crate::private_key::PrivateKey;
use crate::secret::Secret;

/// Two certificates, of the order's key and of the one that signs it, and what may be wrong with them.
struct Made {
    leaf: CertificateParams,
    issuer: CertificateParams,
    /// The leaf is for this key.
    key: PrivateKey,
    signs: PrivateKey,
    /// The issuer in the chain has this key in its place.
    in_chain: Option<PrivateKey>,
}

fn key() -> PrivateKey {
    PrivateKey::generate(KeyType::EcdsaP256).expect("a key")
}

fn named(name: &str, sans: &[&str]) -> CertificateParams {
    let sans: Vec<String> = sans.iter().map(|&san| san.to_owned()).collect();
    let mut params = CertificateParams::new(sans).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(1));
    params
}

impl Made {
    fn well(pem: &str, names: &[&str]) -> Self {
        let mut issuer = named("Issuer", &[]);
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ours = crate::signing_request::read_key(pem, None).expect("the order's key");
        Self { leaf: named("leaf", names), issuer, key: ours, signs: key(), in_chain: None }
    }

    /// The answer to a download, with what a lie makes of leaf and chain.
    fn reply(&self, alter: impl Fn(&mut String, &mut String)) -> Reply {
        let issuer = Issuer::from_params(&self.issuer, &self.signs);
        let in_chain = self.in_chain.as_ref().unwrap_or(&self.signs);
        let mut chain = self.issuer.signed_by(in_chain, &issuer).expect("an issuer").pem();
        let mut leaf = self.leaf.signed_by(&self.key, &issuer).expect("a leaf").pem();
        alter(&mut leaf, &mut chain);
        Reply::json(200, json!({"certificate.crt": leaf, "ca_bundle.crt": chain}))
    }
}

fn of_key(stand: &Stand, names: &[&str], pem: &str) -> Obtain {
    Obtain {
        domains: names.iter().map(|&name| name.to_owned()).collect(),
        private_key: Some(Secret::from(pem)),
        name: Some("entry".to_owned()),
        ..stand.wanted()
    }
}

/// Orders for the names, and gets what a lie makes of the right answer. Nothing may be installed and nothing ordered
/// again; the right certificate is installed by the next call.
fn delivered(names: &[&str], lie: impl FnOnce(&str) -> Reply) -> String {
    let stand = Stand::new();
    let pem = key().to_pem().expect("a key").to_string();
    let wanted = of_key(&stand, names, &pem);
    stand.strike("download_certificate", 1, When::Before, lie(&pem));
    let error = stand.obtain(&wanted).expect_err("it does not fit");
    assert_eq!(error.kind(), Kind::Response, "{error}");
    let message = error.message().to_owned();
    assert!(!stand.store().join("entry/current").exists(), "{message}");
    let obtained = stand.obtain(&wanted).expect("the right one");
    assert!(is_fresh(&obtained), "{message}");
    assert_eq!(stand.count("create_certificate"), 1, "{message}");
    message
}

#[test]
fn what_fits_is_installed() {
    let both = ["example.com", "www.example.com"];
    for (names, delivered) in [(&both[..1], &both[..1]), (&both, &both), (&both[1..], &["*.example.com"])] {
        let stand = Stand::new();
        let pem = key().to_pem().expect("a key").to_string();
        stand.strike("download_certificate", 1, When::Before, Made::well(&pem, delivered).reply(|_, _| ()));
        stand
            .obtain(&of_key(&stand, names, &pem))
            .expect("what is made here is as good as what the sandbox makes");
    }
}

#[test]
fn a_certificate_for_other_names_is_not_installed() {
    let both = ["example.com", "www.example.com"];
    for (names, sans, missing) in [
        (&both[..1], &["example.org"][..], "example.com"),
        (&both[..1], &["example.com.example.org"], "example.com"),
        (&both[..1], &["*.example.com"], "example.com"),
        (&both[..1], &["*.com.example.com"], "example.com"),
        (&both, &["example.com"], "www.example.com"),
        (&both, &["www.example.com"], "example.com"),
        (&["a.b.example.com"], &["*.example.com"], "a.b.example.com"),
        // The CN alone counts for nobody.
        (&both[..1], &[], "example.com"),
    ] {
        let message = delivered(names, |pem| {
            let mut made = Made::well(pem, sans);
            if sans.is_empty() {
                made.leaf = named("example.com", &[]);
            }
            made.reply(|_, _| ())
        });
        assert!(message.contains(&format!("does not cover {missing}")), "{sans:?}: {message}");
    }
}

/// A lie, and what the error says of it.
type Lie = (fn(&mut Made), fn(&mut String, &mut String), &'static str);

#[test]
fn a_certificate_whose_key_chain_or_dates_do_not_fit_is_not_installed() {
    let none: fn(&mut String, &mut String) = |_, _| ();
    let well: fn(&mut Made) = |_| ();
    let lies: [Lie; 13] = [
        (|made| made.key = key(), none, "another key"),
        (|made| made.leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained), none, "one of a CA"),
        (well, |_, chain| chain.clear(), "ca_bundle"),
        (|made| made.in_chain = Some(key()), none, "the signature"),
        (|made| made.issuer.is_ca = IsCa::ExplicitNoCa, none, "does not link"),
        (well, |leaf, chain| *chain = leaf.clone(), "no chain"),
        (|made| made.leaf.not_after = date_time_ymd(2020, 1, 1), none, "which is not now"),
        (|made| made.leaf.not_before = date_time_ymd(2999, 1, 1), none, "which is not now"),
        (|made| made.issuer.not_after = date_time_ymd(2020, 1, 1), none, "which is not now"),
        (|made| made.issuer.not_before = date_time_ymd(2999, 1, 1), none, "which is not now"),
        (well, |leaf, _| *leaf = leaf.replace("CERTIFICATE", "NOTHING"), "certificate"),
        (
            well,
            |leaf, _| *leaf = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into(),
            "read",
        ),
        (well, |leaf, _| leaf.clear(), "certificate"),
    ];
    for (number, (change, alter, says)) in lies.into_iter().enumerate() {
        let message = delivered(&["example.com"], |pem| {
            let mut made = Made::well(pem, &["example.com"]);
            change(&mut made);
            made.reply(alter)
        });
        assert!(message.contains(says), "{number}: {message}");
    }
}
