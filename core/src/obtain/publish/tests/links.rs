use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::webroot::{PLACE, all, listed, name, temporary};
use super::*;
use crate::obtain::publish::folder::FolderPath;
use crate::obtain::publish::webroot::again_while_missing;

#[test]
fn links_lead_where_they_may() {
    let (root, outside) = (temporary(), temporary());
    let inside = root.path().join("real");
    let link = root.path().join(".well-known");
    fs::create_dir(&inside).expect("a folder");
    symlink("real", &link).expect("a link");
    let (publisher, challenge) = (all(root.path()), file("a.example", "x"));
    let plan = publisher.plan(&challenge).expect("below the root");
    publish(&publisher, &challenge).expect("below the root");
    assert!(inside.join("pki-validation").join(name()).is_file());
    for published in plan.iter().rev() {
        withdraw(&publisher, published).expect("below the root");
    }
    assert!(listed(&inside).is_empty());

    let target = outside.path().join("pki-validation");
    fs::create_dir(&target).expect("a folder");
    fs::write(target.join(name()), "foreign").expect("it can be written");
    for to in [outside.path(), Path::new("nowhere")] {
        fs::remove_file(&link).expect("the link");
        symlink(to, &link).expect("a link");
        let mut errors = vec![
            publisher.plan(&challenge).expect_err("refused"),
            publish(&publisher, &challenge).expect_err("refused"),
        ];
        errors.extend(plan.iter().filter_map(|published| withdraw(&publisher, published).err()));
        assert_eq!(errors.len(), 4);
        for error in errors {
            assert_eq!(error.kind(), Kind::Storage);
            assert!(error.path().is_some_and(|path| path.contains(".well-known")), "{error}");
        }
    }
    assert_eq!(fs::read_to_string(target.join(name())).expect("untouched"), "foreign");
    assert_eq!(listed(outside.path()).len(), 2);
}

#[test]
fn a_link_that_comes_in_between_is_not_followed() {
    let (root, outside) = (temporary(), temporary());
    for made_before in [true, false] {
        let link = root.path().join(".well-known");
        if made_before {
            fs::create_dir(&link).expect("a folder");
        }
        let way = FolderPath::find(root.path(), &[".well-known", "pki-validation"]).expect("it is sound now");
        if made_before {
            fs::remove_dir(&link).expect("it is empty");
        }
        symlink(outside.path(), &link).expect("a link");
        let error = Error::from(way.make().expect_err("refused"));
        assert_eq!(error.kind(), Kind::Storage);
        assert!(listed(outside.path()).is_empty());
        fs::remove_file(&link).expect("the link");
    }
}

/// Somebody puts a link in the place of the folder and back, all the time. What is outside stays as it is, whether a file
/// is published or removed. `TRIES` sets how often.
#[test]
fn a_race_of_links_leads_nowhere_else() {
    let tries = std::env::var("TRIES").ok().and_then(|tries| tries.parse().ok()).unwrap_or(3_000);
    let (root, outside) = (temporary(), temporary());
    let foreign = outside.path().join("pki-validation");
    fs::create_dir(&foreign).expect("a folder");
    fs::write(foreign.join(name()), "foreign").expect("written");
    let [place, aside, link] = [".well-known", "aside", "link"].map(|name| root.path().join(name));
    fs::create_dir(&place).expect("a folder");
    symlink(outside.path(), &link).expect("a link");
    let (publisher, challenge) = (all(root.path()), file("a.example", "x"));
    let plan = publisher.plan(&challenge).expect("below the root");
    let is_over = AtomicBool::new(false);
    let (mut done, mut refused) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Each state lasts for another time, so that it changes between any two steps of the other.
            let mut hold = (0..40).cycle().map(|part| thread::park_timeout(Duration::from_micros(part * 25)));
            while !is_over.load(Ordering::Relaxed) {
                // The other may have made a folder in the meantime. Then that is the one to be put aside.
                if fs::rename(&place, &aside).is_ok() && fs::rename(&link, &place).is_ok() {
                    hold.next();
                    let _ = fs::rename(&place, &link);
                }
                if fs::rename(&aside, &place).is_err() {
                    let _ = fs::remove_dir_all(&aside);
                }
                hold.next();
            }
        });
        for _ in 0..tries {
            match publish(&publisher, &challenge) {
                Ok(()) => done += 1,
                Err(_) => refused += 1,
            }
            // What the link hides is withdrawn another time.
            plan.iter().rev().for_each(|published| drop(withdraw(&publisher, published)));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(listed(outside.path()), [foreign.clone(), foreign.join(name())]);
    assert_eq!(fs::read_to_string(foreign.join(name())).expect("untouched"), "foreign");
    assert!(done > tries / 100 && refused > tries / 100, "no race: {done} published, {refused} refused");
}

#[test]
fn a_folder_that_goes_in_between_is_made_again() {
    let root = temporary();
    for (times, works) in [(3, true), (100, false)] {
        let mut left = times;
        let done = again_while_missing(|| {
            let folder = FolderPath::find(root.path(), &[".well-known", "pki-validation"])?.make()?;
            if left > 0 {
                left -= 1;
                fs::remove_dir_all(root.path().join(".well-known")).expect("another entry takes it away");
            }
            folder.put(&name(), ".zerossl-x", b"x")
        });
        assert_eq!(done.is_ok(), works, "{done:?}");
    }
}

#[test]
fn a_file_that_is_a_link_is_replaced() {
    let (root, outside) = (temporary(), temporary());
    let folder = root.path().join(PLACE);
    fs::create_dir_all(&folder).expect("folders");
    let foreign = outside.path().join("foreign");
    fs::write(&foreign, "foreign").expect("it can be written");
    symlink(&foreign, folder.join(name())).expect("a link");
    // A leftover of a crash, turned into a trap.
    symlink(&foreign, folder.join(format!(".zerossl-{HASH}"))).expect("a link");
    publish(&all(root.path()), &file("a.example", "new")).expect("published");
    assert_eq!(fs::read_to_string(&foreign).expect("untouched"), "foreign");
    assert_eq!(fs::read_to_string(folder.join(name())).expect("the file"), "new");
    assert!(!folder.join(name()).is_symlink());
    assert_eq!(listed(&folder).len(), 1);
}

#[test]
fn nothing_else_is_removed_whatever_the_journal_says() {
    let root = temporary();
    let folder = root.path().join(PLACE);
    fs::create_dir_all(folder.join("deeper")).expect("folders");
    fs::write(folder.join("other.txt"), "x").expect("it can be written");
    fs::write(root.path().join(name()), "x").expect("it can be written");
    let before = listed(root.path());
    let relative = Path::new(PLACE).join(name());
    for path in [&folder.join("other.txt"), &root.path().join(name()), &folder.join(".."), &relative] {
        let error =
            withdraw(&all(root.path()), &Published::File { path: path.clone() }).expect_err("refused");
        assert_eq!(error.kind(), Kind::Storage, "{}", path.display());
    }
    for path in [root.path(), &folder.join("deeper"), Path::new(".well-known")] {
        let error =
            withdraw(&all(root.path()), &Published::Folder { path: path.to_owned() }).expect_err("refused");
        assert_eq!(error.kind(), Kind::Storage, "{}", path.display());
    }
    assert_eq!(listed(root.path()), before);
}
