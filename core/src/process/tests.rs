mod ending;

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::process::output::MAX_KEPT;

/// Much longer than any successful test takes.
const LONG: Duration = Duration::from_secs(60);

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn outcome(argv: &[&str]) -> Result<Ended> {
    run(
        &Command { argv: &words(argv), environment: &[], passed: &[], timeout: LONG },
        &CancelToken::new(),
        None,
        (),
    )
}

fn sh(script: &str) -> Ended {
    outcome(&["/bin/sh", "-c", script]).expect("sh")
}

#[test]
fn words_go_as_they_are_and_everything_printed_comes_back() {
    let ended =
        outcome(&["/bin/sh", "-c", "echo \"$1\"; echo err >&2; exit 3", "sh", "a  $HOME 'é'"]).expect("sh");
    let expected =
        Ended { success: false, how: "exit status 3".to_owned(), output: "a  $HOME 'é'\nerr\n".to_owned() };
    assert_eq!(ended, expected);
    let ended = outcome(&["true"]).expect("it is in PATH");
    assert_eq!((ended.success, ended.how.as_str(), ended.output.as_str()), (true, "exit status 0", ""));
    assert_eq!(sh("cat").output, "", "there is nothing to read");
}

#[test]
fn signals_have_names() {
    assert_eq!(sh("kill -TERM $$").how, "killed by SIGTERM");
    assert!(!sh("kill -KILL $$").success);
}

#[cfg(target_os = "linux")]
#[test]
fn a_real_time_signal_is_an_end_too() {
    let ended = sh("kill -40 $$");
    assert!(!ended.success);
    assert!(ended.how.contains("cannot be understood"), "{}", ended.how);
}

#[cfg(target_os = "linux")]
#[test]
fn it_has_no_signal_blocked_or_ignored() {
    // Without a shell, which may reset some signals itself.
    let ended = outcome(&["grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"]).expect("grep");
    let masks: Vec<_> = ended.output.lines().filter_map(|line| line.split_once(":\t")).collect();
    let [("SigBlk", "0000000000000000"), ("SigIgn", ignored)] = masks[..] else { panic!("{}", ended.output) };
    let ignored = u64::from_str_radix(ignored, 16).expect("a mask");
    // 32 and 33 belong to the C library.
    assert_eq!(ignored & !(0b11 << 31), 0, "{}", ended.output);
}

#[cfg(target_os = "linux")]
#[test]
fn it_has_a_group_of_its_own() {
    let ended = outcome(&["cut", "-d", " ", "-f", "1,5", "/proc/self/stat"]).expect("cut");
    let (number, group) = ended.output.trim().split_once(' ').expect("two numbers");
    assert_eq!(number, group);
}

#[cfg(target_os = "linux")]
#[test]
fn our_ends_of_its_pipe_are_not_its() {
    let listed = sh("for fd in /proc/$$/fd/*; do echo \"${fd##*/} $(readlink $fd)\"; done").output;
    // Other files may be open: inherited from the process that started these tests.
    let files: Vec<_> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let (_, pipe) = files.iter().find(|(fd, _)| *fd == "1").expect("standard output");
    let places: Vec<_> = files.iter().filter(|(_, file)| file == pipe).map(|(fd, _)| *fd).collect();
    assert_eq!(places, ["1", "2"], "{listed}");
    assert!(files.contains(&("0", "/dev/null")), "{listed}");
}

#[test]
fn the_environment_is_inherited_and_added_to() {
    let argv = words(&["/bin/sh", "-c", "echo \"$HOME:$ADDED:${PATH:+inherited}\""]);
    let environment =
        [("HOME", "/new"), ("ADDED", "a=b\nc")].map(|(name, value)| (name.into(), value.into()));
    let command = Command { argv: &argv, environment: &environment, passed: &[], timeout: LONG };
    let ended = run(&command, &CancelToken::new(), None, ()).expect("sh");
    assert_eq!(ended.output, "/new:a=b\nc:inherited\n");
}

#[test]
fn what_cannot_be_started_says_why() {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str, mode| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
        path.display().to_string()
    };
    let failed = |program: &str| outcome(&[program]).expect_err("it cannot be started");
    let (plain, odd) = (write("plain", "#!/bin/sh\n", 0o644), write("odd", "#!/nowhere/sh\n", 0o755));
    let garbage = write("garbage", "\x7fELF?", 0o755);
    for (program, why) in [
        ("/nowhere/hook", "there is no such program"),
        ("no-such-hook-anywhere", "there is no such program"),
        (plain.as_str(), "chmod +x"),
        (odd.as_str(), "interpreter"),
        (garbage.as_str(), "#!/bin/sh"),
    ] {
        let error = failed(program);
        assert_eq!((error.kind(), error.path()), (Kind::Storage, Some(program)));
        assert!(error.message().contains(why), "{error}");
    }
    assert_eq!(failed("").kind(), Kind::InvalidArgument);
    assert_eq!(outcome(&["true", "a\0b"]).expect_err("no argument").kind(), Kind::InvalidArgument);
}

#[test]
fn only_the_end_of_a_long_output_is_kept() {
    let ended = sh("yes é | head -c 1000002; printf ended");
    let (note, rest) = ended.output.split_once('\n').expect("a note");
    // 1000007 bytes. The last 16384 begin inside a character, and the remaining byte of that is dropped too.
    assert_eq!(note, format!("[{} bytes before this are left out]", 1_000_007 - MAX_KEPT + 1));
    assert_eq!(rest.len(), MAX_KEPT - 1);
    assert!(rest.ends_with("é\né\nended") && !rest.contains('\u{FFFD}'));
    assert_eq!(sh("printf '\\377'").output, "\u{FFFD}");
}
