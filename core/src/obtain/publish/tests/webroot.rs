use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::TempDir;

use super::*;

pub(super) const PLACE: &str = ".well-known/pki-validation";

pub(super) fn all(root: &Path) -> Publisher {
    Publisher::Webroot(Webroots { all: Some(root.to_owned()), ..Webroots::default() })
}

pub(super) fn name() -> String {
    format!("{HASH}.txt")
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it is there").mode() & 0o7777
}

pub(super) fn temporary() -> TempDir {
    TempDir::new().expect("a folder")
}

/// Everything below a folder.
pub(super) fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(
            |path| if path.is_dir() { [vec![path.clone()], listed(&path)].concat() } else { vec![path] },
        )
        .collect()
}

#[test]
fn it_comes_and_goes_and_leaves_nothing() {
    let root = temporary();
    let (publisher, challenge) = (all(root.path()), file("a.example", "one\ntwo"));
    let plan = publisher.plan(&challenge).expect("a plan");
    let path = root.path().join(PLACE);
    assert_eq!(
        plan,
        [
            Published::Folder { path: root.path().join(".well-known") },
            Published::Folder { path: path.clone() },
            Published::File { path: path.join(name()) },
        ]
    );
    assert!(listed(root.path()).is_empty(), "a plan writes nothing");
    for _ in 0..2 {
        publish(&publisher, &challenge).expect("published");
        assert_eq!(fs::read_to_string(path.join(name())).expect("the file"), "one\ntwo");
        assert_eq!(listed(root.path()).len(), 3, "no temporary file is left");
    }
    for _ in 0..2 {
        for published in plan.iter().rev() {
            withdraw(&Publisher::Nothing, published).expect("withdrawn, once and again");
        }
        assert!(listed(root.path()).is_empty());
    }
}

#[test]
fn what_was_there_before_stays() {
    let root = temporary();
    fs::create_dir(root.path().join(".well-known")).expect("a folder");
    let (publisher, challenge) = (all(root.path()), file("a.example", "x"));
    let plan = publisher.plan(&challenge).expect("a plan");
    publish(&publisher, &challenge).expect("published");
    let foreign = root.path().join(PLACE).join("foreign.txt");
    fs::write(&foreign, "x").expect("it can be written");
    for published in plan.iter().rev() {
        withdraw(&publisher, published).expect("what is not empty is fine");
    }
    assert_eq!(listed(&root.path().join(PLACE)), [foreign.as_path()]);
    fs::remove_file(&foreign).expect("it is there");
    for published in plan.iter().rev() {
        withdraw(&publisher, published).expect("withdrawn");
    }
    assert_eq!(listed(root.path()), [root.path().join(".well-known")]);
}

#[test]
fn modes_are_those_of_a_web_server_whatever_the_umask() {
    if !is_again() {
        for umask in ["umask 077", "umask 0"] {
            let test = "modes_are_those_of_a_web_server_whatever_the_umask";
            again(module_path!(), test, umask, &[]);
        }
        return;
    }
    let root = temporary();
    publish(&all(root.path()), &file("a.example", "x")).expect("published");
    let path = root.path().join(PLACE);
    let modes = [&root.path().join(".well-known"), &path, &path.join(name())].map(|path| mode(path));
    assert_eq!(modes, [0o755, 0o755, 0o644]);
}

#[test]
fn a_name_has_its_folder_or_its_twins() {
    let (one, other, rest) = (temporary(), temporary(), temporary());
    let by_domain = [("a.example", &one), ("www.b.example", &other)];
    let by_domain = by_domain.map(|(domain, root)| (domain.to_owned(), root.path().to_owned())).into();
    let mut webroots = Webroots { all: None, by_domain };
    let place = |webroots: &Webroots, domain: &str| {
        let publisher = Publisher::Webroot(webroots.clone());
        let plan = publisher.plan(&file(domain, domain))?;
        publish(&publisher, &file(domain, domain))?;
        assert!(matches!(plan.last(), Some(Published::File { path }) if path.is_file()), "{plan:?}");
        Ok::<_, Error>(plan)
    };
    for (domain, root) in
        [("a.example", &one), ("www.a.example", &one), ("b.example", &other), ("www.b.example", &other)]
    {
        place(&webroots, domain).expect("a folder");
        let content = fs::read_to_string(root.path().join(PLACE).join(name()));
        assert_eq!(content.expect("the file"), domain);
    }
    let error = place(&webroots, "c.example").expect_err("no folder");
    assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("validation.webroot")));
    assert!(error.message().contains("c.example"), "{error}");
    webroots.all = Some(rest.path().to_owned());
    place(&webroots, "c.example").expect("the one for all");
    assert_eq!(listed(rest.path()).len(), 3);
}

#[test]
fn a_root_has_to_be_there() {
    let root = temporary();
    let plain = root.path().join("file");
    fs::write(&plain, "x").expect("it can be written");
    for path in [&plain, &root.path().join("nowhere")] {
        let challenge = file("a.example", "x");
        for error in [
            all(path).plan(&challenge).expect_err("no folder"),
            publish(&all(path), &challenge).expect_err("no folder"),
        ] {
            assert_eq!(error.parameter(), Some("validation.webroot"), "{error}");
            assert!(error.message().contains(&path.display().to_string()), "{error}");
        }
        let inside = Published::File { path: path.join(PLACE).join(name()) };
        assert_eq!(withdraw(&all(path), &inside).is_ok(), !path.exists());
    }
}

#[test]
fn what_a_crash_left_of_a_file_goes_with_it() {
    let root = temporary();
    let folder = root.path().join(PLACE);
    fs::create_dir_all(&folder).expect("folders");
    fs::write(folder.join(format!(".zerossl-{HASH}")), "ha").expect("it can be written");
    withdraw(&all(root.path()), &Published::File { path: folder.join(name()) }).expect("withdrawn");
    assert!(listed(&folder).is_empty());
}

#[test]
fn what_is_in_the_way_is_named() {
    let root = temporary();
    let challenge = file("a.example", "x");
    fs::write(root.path().join(".well-known"), "x").expect("it can be written");
    let error = publish(&all(root.path()), &challenge).expect_err("no folder");
    assert!(error.path().is_some_and(|path| path.contains(".well-known")), "{error:?}");
    fs::remove_file(root.path().join(".well-known")).expect("it is there");
    let place = root.path().join(PLACE).join(name());
    fs::create_dir_all(place.join("full")).expect("folders");
    let error = publish(&all(root.path()), &challenge).expect_err("a folder has the name");
    assert_eq!((error.kind(), error.path()), (Kind::Storage, place.to_str()));
    assert_eq!(listed(&root.path().join(PLACE)).len(), 2, "no temporary file is left");
}

#[test]
fn entries_that_share_a_folder_do_not_hinder_each_other() {
    let root = temporary();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let root = root.path();
            scope.spawn(move || {
                let hash = format!("{number}").repeat(32);
                let challenge = Challenge::File {
                    domain: "a.example".to_owned(),
                    url: String::new(),
                    file: format!("{hash}.txt"),
                    content: hash,
                };
                for _ in 0..200 {
                    let plan = all(root).plan(&challenge).expect("a plan");
                    publish(&all(root), &challenge).expect("published");
                    let Some(Published::File { path }) = plan.last() else { panic!("no file in {plan:?}") };
                    assert!(path.is_file());
                    for published in plan.iter().rev() {
                        withdraw(&all(root), published).expect("withdrawn");
                    }
                }
            });
        }
    });
    let left = listed(root.path());
    assert!(left.iter().all(|path| path.is_dir()), "{left:?}");
}

const MARK: &str = ".zerossl-probe-0123456789abcdef";

fn prepare(publisher: &Publisher, names: &[&str]) -> Result<()> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    plainly(&client(), ValidationMethod::Http, |how| publisher.prepare(how, &names, MARK))
}

#[test]
fn trying_a_folder_leaves_nothing() {
    for made in ["", ".well-known", PLACE] {
        let root = temporary();
        fs::create_dir_all(root.path().join(made)).expect("folders");
        let before = listed(root.path());
        prepare(&all(root.path()), &["a.example", "b.example"]).expect("it can be written");
        assert_eq!(listed(root.path()), before);
    }
}

/// Left by a call that died during the trial, at any depth.
#[test]
fn what_a_crash_left_of_a_try_goes_with_the_next() {
    for then in ["", ".well-known", PLACE] {
        for now in ["", ".well-known", PLACE] {
            let root = temporary();
            let folder = root.path().join(then);
            fs::create_dir_all(&folder).expect("folders");
            let inside = if then == PLACE { folder } else { folder.join(MARK) };
            fs::create_dir_all(&inside).expect("folders");
            fs::write(inside.join(MARK), "ha").expect("it can be written");
            fs::write(inside.join(format!("{MARK}.new")), "ha").expect("it can be written");
            fs::create_dir_all(root.path().join(now)).expect("folders");
            prepare(&all(root.path()), &["a.example"]).expect("it can be written");
            let left = listed(root.path());
            assert!(left.iter().all(|path| path.is_dir() && !path.ends_with(MARK)), "{left:?}");
        }
    }
}

/// Left by many calls at the same time, in the same folder.
#[test]
fn tries_do_not_hinder_each_other() {
    let root = temporary();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let root = root.path();
            scope.spawn(move || {
                let names = ["a.example".to_owned()];
                let mark = format!(".zerossl-probe-{number}");
                for _ in 0..100 {
                    plainly(&client(), ValidationMethod::Http, |how| all(root).prepare(how, &names, &mark))
                        .expect("it can be written");
                    let plan = all(root).plan(&file("a.example", "x")).expect("a plan");
                    for published in plan.iter().rev().filter(|one| matches!(one, Published::Folder { .. })) {
                        withdraw(&all(root), published).expect("withdrawn");
                    }
                }
            });
        }
    });
    assert!(listed(root.path()).is_empty());
}
