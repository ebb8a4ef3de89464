//! What is installed besides the usual files and links: copies, a keystore, the history of the hook.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::disk::{LimitedDisk, Step};
use super::hosts::Hosts;
use super::stand::Stand;
use crate::error::Kind;
use crate::generate_csr::GenerateCsr;
use crate::obtain::interface::{Layout, Obtain, Outcome};

const PASSWORD: &str = "caffè macchiato";

fn copies(stand: &Stand) -> Obtain {
    Obtain { layout: Some(Layout::Files), ..stand.wanted() }
}

fn current(stand: &Stand, file: &str) -> PathBuf {
    stand.store().join("example.com/current").join(file)
}

fn password_file(stand: &Stand) -> PathBuf {
    let path = stand.store().with_file_name("password");
    fs::write(&path, format!("{PASSWORD}\nmore\n")).expect("written");
    path
}

#[test]
fn copies_are_plain_files_and_keep_their_modes() {
    let stand = Stand::new();
    let obtained = stand.obtain(&copies(&stand)).expect("a certificate");
    stand.inspect(&obtained);
    let folder = current(&stand, "");
    assert!(folder.is_dir() && !folder.is_symlink());
    let mode =
        |file: &str| current(&stand, file).symlink_metadata().expect(file).permissions().mode() & 0o777;
    assert_eq!((mode("privkey.pem"), mode("cert.pem")), (0o600, 0o644));
    fs::set_permissions(current(&stand, "privkey.pem"), fs::Permissions::from_mode(0o640)).expect("a mode");
    let key = fs::read(current(&stand, "privkey.pem")).expect("a key");
    let renewed = stand.obtain(&Obtain { force: Some(true), ..copies(&stand) }).expect("a renewal");
    stand.inspect(&renewed);
    assert_ne!(fs::read(current(&stand, "privkey.pem")).expect("a key"), key);
    assert_eq!(mode("privkey.pem"), 0o640, "who could read the key can read the new one");
}

/// A copy that was changed by hand is not noticed; a version that is not the one in use is.
#[test]
fn copies_of_another_version_are_put_right() {
    let stand = Stand::new();
    stand.obtain(&copies(&stand)).expect("a certificate");
    fs::write(current(&stand, ".version"), "0\n").expect("written");
    fs::write(current(&stand, "cert.pem"), "").expect("written");
    let obtained = stand.obtain(&copies(&stand)).expect("it is good");
    assert_eq!(obtained.outcome, Outcome::Unchanged);
    stand.inspect(&obtained);
}

#[test]
fn a_folder_of_others_is_no_place_for_copies() {
    let stand = Stand::new();
    fs::create_dir_all(current(&stand, "")).expect("a folder");
    fs::write(current(&stand, "mine"), "").expect("a file");
    for wanted in [copies(&stand), stand.wanted()] {
        let error = stand.obtain(&wanted).expect_err("not ours");
        assert_eq!(error.kind(), Kind::Storage, "{error}");
        assert!(error.message().contains("move it away") || error.message().contains("journal"), "{error}");
    }
    assert_eq!(stand.count("create_certificate"), 0);
}

#[test]
fn a_keystore_has_key_and_chain() {
    for layout in [Layout::Links, Layout::Files] {
        let stand = Stand::new();
        let wanted = Obtain {
            layout: Some(layout),
            pkcs12_password_file: Some(password_file(&stand)),
            ..stand.wanted()
        };
        let obtained = stand.obtain(&wanted).expect("a certificate");
        let path = &obtained.files["pkcs12"];
        assert_eq!(*path, current(&stand, "keystore.p12").display().to_string());
        assert_eq!(fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o600);
        let store =
            KeyStore::from_pkcs12(&fs::read(path).expect("a file"), PASSWORD, Pkcs12ImportPolicy::Strict);
        let store = store.expect("a keystore");
        let Some(KeyStoreEntry::PrivateKeyChain(chain)) = store.entry("example.com") else {
            panic!("no entry of this name");
        };
        let read = |file: &str| fs::read_to_string(&obtained.files[file]).expect(file);
        let key = crate::signing_request::read_key(&read("privkey"), None).expect("a key");
        assert_eq!(chain.key().as_der(), &key.to_der().expect("a key")[..]);
        let expected: Vec<_> = CertificateDer::pem_slice_iter(read("fullchain").as_bytes())
            .map(|found| found.expect("a certificate").to_vec())
            .collect();
        let found: Vec<_> = chain.certs().iter().map(|found| found.as_der().to_vec()).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_keystore_that_is_wanted_later_is_made_without_an_order() {
    for layout in [Layout::Links, Layout::Files] {
        let stand = Stand::new();
        let plain = Obtain { layout: Some(layout), ..stand.wanted() };
        stand.obtain(&plain).expect("a certificate");
        let wanted = Obtain { pkcs12_password_file: Some(password_file(&stand)), ..plain };
        let obtained = stand.obtain(&wanted).expect("it is good");
        assert_eq!((obtained.outcome, stand.count("create_certificate")), (Outcome::Unchanged, 1));
        assert!(PathBuf::from(&obtained.files["pkcs12"]).is_file());
    }
}

/// Before an order is made.
#[test]
fn a_password_that_cannot_be_used_is_refused() {
    let stand = Stand::new();
    let path = password_file(&stand);
    for content in ["", "\nsecond line", "short"] {
        fs::write(&path, content).expect("written");
        let wanted = Obtain { pkcs12_password_file: Some(path.clone()), ..stand.wanted() };
        let error = stand.obtain(&wanted).expect_err("no password");
        assert_eq!(error.parameter(), Some("pkcs12_password_file"), "{error}");
        assert!(!error.message().contains("short"), "{error}");
    }
    fs::remove_file(&path).expect("removed");
    let wanted = Obtain { pkcs12_password_file: Some(path), ..stand.wanted() };
    assert_eq!(stand.obtain(&wanted).expect_err("no file").parameter(), Some("pkcs12_password_file"));
    assert_eq!(stand.count("create_certificate"), 0);
}

#[test]
fn the_runs_of_the_hook_are_kept() {
    let stand = Stand::new();
    let (hook, broken) = (stand.store().with_file_name("hook"), stand.store().with_file_name("broken"));
    fs::write(&hook, format!("#!/bin/sh\n[ ! -e {} ] || {{ echo no room; exit 3; }}\n", broken.display()))
        .expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("its mode");
    let wanted = Obtain { deploy_hook: Some(vec![hook.display().to_string()]), ..stand.wanted() };
    fs::write(&broken, "").expect("written");
    stand.obtain(&wanted).expect_err("the hook fails");
    fs::remove_file(&broken).expect("removed");
    let obtained = stand.obtain(&wanted).expect("deployed");
    let text = fs::read_to_string(stand.store().join("example.com/deploys.json")).expect("a history");
    let history: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let runs = history["runs"].as_array().expect("a list");
    let ended: Vec<_> = runs.iter().map(|run| (run["success"].as_bool(), run["output"].as_str())).collect();
    assert_eq!(ended, [(Some(false), Some("no room\n")), (Some(true), None)], "{history}");
    assert!(runs[0]["how"].as_str().is_some_and(|how| how.contains('3')), "{history}");
    assert_eq!(runs[1]["id"], obtained.certificate.expect("a certificate").id);
    for _ in 0..25 {
        let mut session_runs = stand.obtain(&Obtain { force: Some(true), ..wanted.clone() });
        assert_eq!(session_runs.as_mut().expect("renewed").deployed, Some(true));
    }
    let text = fs::read_to_string(stand.store().join("example.com/deploys.json")).expect("a history");
    let history: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(history["runs"].as_array().map(Vec::len), Some(20));
}

/// A store on a file system without links, and a call that forgets the layout.
#[test]
fn copies_stay_where_no_link_can_be_made() {
    let stand = Stand::new();
    let obtained = stand.obtain(&copies(&stand)).expect("a certificate");
    let disk = LimitedDisk(|step: Step, _: &Path| (step == Step::Link).then_some(Errno::EPERM));
    let error = stand.obtain_on(&disk, &stand.client(), &stand.wanted()).expect_err("no links");
    assert!(error.message().contains("symbolic link"), "{error}");
    stand.inspect(&obtained);
    assert_eq!(stand.obtain(&copies(&stand)).expect("it is good").outcome, Outcome::Unchanged);
}

/// The other way round: the link stays where the copies cannot be written.
#[test]
fn a_link_stays_where_there_is_no_room_for_copies() {
    let stand = Stand::new();
    let obtained = stand.obtain(&stand.wanted()).expect("a certificate");
    let is_copy = |path: &Path| path.components().any(|part| part.as_os_str() == ".current.new");
    let full = LimitedDisk(|step: Step, path: &Path| {
        (step == Step::Create && is_copy(path) && path.ends_with(".combined.pem.new"))
            .then_some(Errno::ENOSPC)
    });
    let error = stand.obtain_on(&full, &stand.client(), &copies(&stand)).expect_err("no room");
    assert!(error.message().contains("No space left"), "{error}");
    stand.inspect(&obtained);
    assert!(current(&stand, "").parent().is_some() && stand.store().join("example.com/current").is_symlink());
    stand.inspect(&stand.obtain(&copies(&stand)).expect("there is room again"));
    assert!(!stand.store().join("example.com/.current.new").exists());
}

#[test]
fn a_copy_that_is_gone_is_made_again() {
    let stand = Stand::new();
    stand.obtain(&copies(&stand)).expect("a certificate");
    fs::remove_file(current(&stand, "privkey.pem")).expect("removed");
    let obtained = stand.obtain(&copies(&stand)).expect("it is good");
    assert_eq!(obtained.outcome, Outcome::Unchanged);
    stand.inspect(&obtained);
}

#[test]
fn a_file_of_others_among_the_copies_is_kept() {
    let stand = Stand::new();
    let obtained = stand.obtain(&copies(&stand)).expect("a certificate");
    let theirs = current(&stand, "dhparam.pem");
    fs::write(&theirs, "theirs").expect("written");
    let error = stand.obtain(&stand.wanted()).expect_err("not ours");
    assert!(error.message().contains("move it away"), "{error}");
    assert_eq!(error.path(), Some(&*theirs.display().to_string()));
    stand.inspect(&obtained);
    let renewed = stand.obtain(&Obtain { force: Some(true), ..copies(&stand) }).expect("a renewal");
    stand.inspect(&renewed);
    assert_eq!(fs::read_to_string(&theirs).expect("theirs"), "theirs");
}

/// The hook that needs it would fail for ever.
#[test]
fn a_keystore_that_is_wanted_later_is_there_for_the_hook() {
    let stand = Stand::new();
    let hook = stand.store().with_file_name("hook");
    fs::write(&hook, "#!/bin/sh\n[ -s \"$ZEROSSL_PKCS12\" ]\n").expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("its mode");
    let wanted = Obtain { deploy_hook: Some(vec![hook.display().to_string()]), ..stand.wanted() };
    stand.obtain(&wanted).expect_err("there is none yet");
    let wanted = Obtain { pkcs12_password_file: Some(password_file(&stand)), ..wanted };
    let obtained = stand.obtain(&wanted).expect("deployed");
    assert_eq!((obtained.deployed, stand.count("create_certificate")), (Some(true), 1));
}

#[test]
fn a_keystore_that_is_made_again_keeps_its_readers() {
    let stand = Stand::new();
    let wanted = Obtain { pkcs12_password_file: Some(password_file(&stand)), ..stand.wanted() };
    stand.obtain(&wanted).expect("a certificate");
    let path = current(&stand, "keystore.p12");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::read(&path).expect("a keystore");
    super::redeploying::again(&stand).expect("made again");
    assert_ne!(fs::read(&path).expect("a keystore"), before, "it has other salts");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o640);
}

/// A change to a CSR is given up when it is issued already: it is put in place, and the request with a keystore is still
/// in force.
#[test]
fn a_certificate_without_a_key_here_has_no_keystore() {
    for hook in [None, Some(vec!["true".to_owned()])] {
        let hosts = Hosts::new();
        let stand = &hosts.stand;
        let plain = Obtain { deploy_hook: hook.clone(), ..hosts.wanted(0) };
        let wanted = Obtain { pkcs12_password_file: Some(password_file(stand)), ..plain };
        assert!(hosts.obtain_as(&wanted).expect("a certificate").files.contains_key("pkcs12"));
        let generated = GenerateCsr::new(["example.com"]);
        let csr = Some(stand.client().send(&generated).expect("a CSR").csr);
        let pending = hosts.order_that_waits(Obtain { csr, ..hosts.wanted(0) });
        stand.sandbox.advance(Duration::from_secs(7200));
        let given_up =
            hosts.obtain_as(&Obtain { abandon: Some(true), ..wanted }).expect("it is put in place");
        assert_eq!(given_up.certificate.expect("a certificate").id, pending);
        let again = hosts.redeploy(0);
        match hook {
            Some(_) => assert!(!again.expect("the hook has run").files.contains_key("pkcs12")),
            None => assert_eq!(again.expect_err("there is nothing to do").parameter(), Some("name")),
        }
        assert_eq!(hosts.install(1), [("example.com".to_owned(), Some(Outcome::Installed))]);
        assert!(hosts.read(1, "current/fullchain.pem").is_some());
        assert!(hosts.read(1, "current/keystore.p12").is_none());
    }
}
