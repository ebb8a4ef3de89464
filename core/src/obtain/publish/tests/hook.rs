use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::cancel::CancelToken;

/// A hook that is a script. It is run by `sh`: a new file may still be open in a forked child of another test, and then
/// cannot be started.
fn script(folder: &TempDir, text: &str) -> Publisher {
    let path = folder.path().join("hook.sh");
    fs::write(&path, text).expect("it can be written");
    Publisher::Hook(["/bin/sh", &path.display().to_string(), "own argument"].map(str::to_owned).to_vec())
}

/// Writes its arguments and our variables to a file, each in brackets.
fn recorder(folder: &TempDir) -> (Publisher, impl Fn() -> String) {
    let file = folder.path().join("record");
    let text = format!(
        "{{ for word in \"$@\"; do printf '[%s]' \"$word\"; done; echo; env | grep -a ^ZEROSSL_ | sort; }} > {}",
        file.display()
    );
    (script(folder, &text), move || fs::read_to_string(&file).expect("it was called"))
}

fn folder() -> TempDir {
    TempDir::new().expect("a folder")
}

#[test]
fn a_record_is_passed_in_arguments_and_environment() {
    let folder = folder();
    let (hook, recorded) = recorder(&folder);
    let challenge = record("*.a.example");
    let plan = hook.plan(&challenge).expect("a plan");
    assert_eq!(plan, [Published::Challenge { challenge: challenge.clone() }]);
    let expected = |action: &str| {
        format!(
            "[own argument][{action}][_{HASH}.*.a.example][a.b.example.]\n\
             ZEROSSL_ACTION={action}\n\
             ZEROSSL_DOMAIN=*.a.example\n\
             ZEROSSL_ENTRY=an entry\n\
             ZEROSSL_METHOD=CNAME_CSR_HASH\n\
             ZEROSSL_ORDER=an id\n\
             ZEROSSL_RECORD_NAME=_{HASH}.*.a.example\n\
             ZEROSSL_RECORD_TARGET=a.b.example.\n"
        )
    };
    let without_tests_own = |text: String| text.replace("ZEROSSL_TEST_AGAIN=1\n", "");
    let (client, method) = (client(), ValidationMethod::Cname);
    plainly(&client, method, |how| hook.publish(how, &challenge)).expect("published");
    assert_eq!(without_tests_own(recorded()), expected("present"));
    plainly(&client, method, |how| hook.withdraw(how, &plan[0])).expect("withdrawn");
    assert_eq!(without_tests_own(recorded()), expected("cleanup"));
}

#[test]
fn a_file_is_passed() {
    let folder = folder();
    let (hook, recorded) = recorder(&folder);
    publish(&hook, &file("a.example", "one\ntwo")).expect("published");
    let url = format!("http://a.example/.well-known/pki-validation/{HASH}.txt");
    let recorded = recorded();
    assert!(recorded.starts_with(&format!("[own argument][present][{url}][one\ntwo]\n")), "{recorded}");
    for line in [
        "ZEROSSL_METHOD=HTTP_CSR_HASH",
        "ZEROSSL_FILE_CONTENT=one",
        &format!("ZEROSSL_FILE_URL={url}"),
        &format!("ZEROSSL_FILE_PATH=/.well-known/pki-validation/{HASH}.txt"),
    ] {
        assert!(recorded.lines().any(|other| other == line), "{line} is not in {recorded}");
    }
}

#[test]
fn secrets_of_the_environment_are_passed_only_when_they_are_named() {
    const WITHHELD: [&str; 5] =
        ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "ZEROSSL_ACCESS_KEY", "ZEROSSL_SEAL_KEY_FILE"];
    if !is_again() {
        let environment = WITHHELD.map(|name| (name, "s3cr3t"));
        let environment = [&environment[..], &[("LEXICON_X_AUTH_TOKEN", "its own")]].concat();
        let name = "secrets_of_the_environment_are_passed_only_when_they_are_named";
        again(module_path!(), name, "true", &environment);
        return;
    }
    let folder = folder();
    let file = folder.path().join("record");
    let hook = script(&folder, &format!("env > {}", file.display()));
    let named = ["AWS_PROFILE", "ZEROSSL_ACCESS_KEY"];
    let settings = || Client::builder().base_url("http://127.0.0.1:1");
    for (builder, passed) in
        [(settings(), &[][..]), (settings().hook_environment(named.map(str::to_owned)), &named[..])]
    {
        let client = builder.build().expect("a client");
        plainly(&client, ValidationMethod::Cname, |how| hook.publish(how, &record("a.example")))
            .expect("published");
        let recorded = fs::read_to_string(&file).expect("it was called");
        let has = |name: &str| recorded.lines().any(|line| line.split('=').next() == Some(name));
        let found: Vec<_> = WITHHELD.into_iter().filter(|name| has(name)).collect();
        assert_eq!(found, passed);
        assert!(has("LEXICON_X_AUTH_TOKEN") && has("PATH"), "{recorded}");
    }
}

#[test]
fn a_hook_that_fails_is_an_error_with_what_it_printed() {
    let folder = folder();
    let hook = script(&folder, "echo out $1; echo the key is s3cr3t-k3y >&2; exit 7");
    for (outcome, what) in [
        (publish(&hook, &file("a.example", "x")), "publish"),
        (withdraw(&hook, &Published::Challenge { challenge: record("a.example") }), "take away"),
    ] {
        let error = outcome.expect_err("it failed");
        assert_eq!(error.kind(), Kind::Validation);
        let expected = format!("a.example: the hook `/bin/sh` failed to {what} it (exit status 7)");
        assert!(error.message().contains(&expected), "{error}");
        let output = "out own argument\nthe key is [secret]\n";
        assert_eq!(error.details(), Some(&json!({"command": "/bin/sh", "output": output})));
    }
    let error = publish(&Publisher::Hook(vec!["/nowhere/hook".to_owned()]), &record("a.example"));
    let error = error.expect_err("there is none");
    assert_eq!((error.kind(), error.path()), (Kind::Storage, Some("/nowhere/hook")));
}

#[test]
fn a_host_that_ignores_sigchld_gets_an_error() {
    if !is_again() {
        again(module_path!(), "a_host_that_ignores_sigchld_gets_an_error", "trap '' CHLD", &[]);
        return;
    }
    let folder = folder();
    let hook = script(&folder, "grep SigIgn /proc/self/status");
    let error = publish(&hook, &record("a.example")).expect_err("nobody knows");
    assert!(error.message().contains("unknown, since this process ignores SIGCHLD"), "{error}");
    if cfg!(target_os = "linux") {
        let output = error.details().and_then(|details| details["output"].as_str()).expect("its output");
        let ignored = output.trim().rsplit('\t').next().and_then(|mask| u64::from_str_radix(mask, 16).ok());
        assert_eq!(ignored.map(|mask| mask & (1 << 16)), Some(0), "the hook does not: {output}");
    }
}

/// An entry's lock.
struct Lock(std::sync::mpsc::Sender<()>);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.send(()).expect("the test listens");
    }
}

#[test]
fn after_a_cancel_a_hook_keeps_the_lock() {
    let folder = folder();
    let [started, gate] = ["started", "gate"].map(|name| folder.path().join(name));
    nix::unistd::mkfifo(&gate, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let hook = script(&folder, &format!("echo > {}; read line < {}", started.display(), gate.display()));
    let cancel = CancelToken::asking(move || Path::exists(&started));
    let (sender, receiver) = std::sync::mpsc::channel();
    let lock: Arc<dyn Any + Send + Sync> = Arc::new(std::sync::Mutex::new(Lock(sender)));
    let error = plainly(&client().cancelled_by(&cancel), ValidationMethod::Cname, move |how| {
        let how = Publishing { lock, ..publishing(how.context, how.method) };
        hook.publish(&how, &record("a.example"))
    });
    assert_eq!(error.expect_err("cancelled").kind(), Kind::Cancelled);
    assert!(receiver.try_recv().is_err(), "the hook still runs");
    fs::write(&gate, "go\n").expect("it reads");
    receiver.recv_timeout(std::time::Duration::from_secs(60)).expect("the lock is free");
}
