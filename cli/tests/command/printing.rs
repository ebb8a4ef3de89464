//! Answers for people, and colours where they belong.

use zerossl_sandbox::Options;

use crate::support::{Place, Ran};

#[test]
fn a_list_is_a_table_of_all_pages() {
    let place = Place::with(Options { quota: 30, ..Options::default() });
    let ids = place.draft(25);
    let list = ["list-certificates", "--limit", "10", "--requests-per-second=0"];
    let table = place.run(&list).expect(0).out;
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 26, "{table}");
    assert!(lines[0].starts_with("ID ") && lines[0].ends_with("NAMES"), "{table}");
    let column = lines[0].find("STATUS").expect("a column");
    assert!(lines[1..].iter().all(|line| line[column..].starts_with("draft ")), "{table}");
    assert!(ids.iter().all(|id| table.contains(id)));
    let json = place.run(&[&list[..], &["--json"]].concat()).expect(0).json();
    assert_eq!(json["results"].as_array().map(Vec::len), Some(25));
    assert_eq!(json["total_count"], 25);
    let page = place.run(&[&list[..], &["--page", "3", "--json"]].concat()).expect(0).json();
    assert_eq!(page["results"].as_array().map(Vec::len), Some(5));
}

#[test]
fn an_answer_is_lines_of_names_and_values() {
    let place = Place::new();
    let id = place.draft(1).remove(0);
    let text = place.run(&["get-certificate", &id]).expect(0).out;
    assert!(text.starts_with(&format!("id                  {id}\n")), "{text}");
    assert!(!text.contains("null") && !text.contains('"'), "{text}");
    assert!(text.contains("\n  other_methods\n    0.example.com\n"), "{text}");
}

#[test]
fn colours_follow_the_usual_rules() {
    let place = Place::new();
    place.draft(1);
    let run = |name: &str, value: &str| {
        let mut command = place.command(&["list-certificates"]);
        Ran::of(command.env(name, value)).expect(0).out.contains('\u{1b}')
    };
    assert!(!run("CLICOLOR", "1"), "a pipe has none");
    assert!(run("CLICOLOR_FORCE", "1"));
    let mut both = place.command(&["list-certificates"]);
    let both = Ran::of(both.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")).expect(0).out;
    assert!(!both.contains('\u{1b}'));
}
