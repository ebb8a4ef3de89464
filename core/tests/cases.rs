//! Runs every case of `tests/cases`.

use std::path::Path;
use std::thread;

use serde_json::{Map, Value, json};
use zerossl::{ClientBuilder, Error};
use zerossl_sandbox::{Case, Replay};

#[test]
fn every_case() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let replay = Replay::start(&dir).expect("the cases");
    assert!(replay.cases().len() > 100, "only {} cases were found", replay.cases().len());
    // Some wait for a retry, so a few run at the same time.
    let share = replay.cases().len().div_ceil(8);
    let failures: Vec<String> = thread::scope(|scope| {
        let play_all = |cases: &[Case]| cases.iter().flat_map(|case| play(&replay, case)).collect::<Vec<_>>();
        let threads: Vec<_> =
            replay.cases().chunks(share).map(|cases| scope.spawn(move || play_all(cases))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        replay.cases().len(),
        failures.join("\n")
    );
}

fn play(replay: &Replay, case: &Case) -> Vec<String> {
    let operation = case.name.split('/').next().unwrap_or_default();
    let mut settings = Map::from_iter([
        ("access_key".to_owned(), json!(Replay::ACCESS_KEY)),
        ("base_url".to_owned(), json!(replay.base_url(&case.name))),
        ("requests_per_second".to_owned(), json!(0)),
    ]);
    settings.extend(case.settings.clone());
    let client =
        ClientBuilder::from_json(&Value::Object(settings).to_string()).and_then(ClientBuilder::build);
    let client = client.unwrap_or_else(|error| panic!("{}: {error}", case.name));

    let outcome = client.call(operation, &Value::Object(case.parameters.clone()).to_string());
    let verdict = replay.verdict(&case.name);
    let mut problems = verdict.problems;
    if !verdict.complete {
        problems.push("not every request of the exchange came".to_owned());
    }
    problems.extend(compare(case, outcome));
    problems.iter().map(|problem| format!("{}: {problem}", case.name)).collect()
}

fn compare(case: &Case, outcome: Result<String, Error>) -> Vec<String> {
    match (outcome, &case.result, &case.error) {
        (Ok(answer), Some(expected), None) => {
            let answer: Value = serde_json::from_str(&answer).expect("answers are JSON");
            if &answer == expected {
                vec![]
            } else {
                vec![format!("\n  expected {expected}\n  got      {answer}")]
            }
        }
        (Err(error), None, Some(expected)) => {
            let error: Value = serde_json::from_str(&error.to_json()).expect("errors are JSON");
            expected
                .iter()
                .filter(|(name, value)| !agrees(&error, name, value))
                .map(|(name, value)| format!("`{name}`\n  expected {value}\n  got      {error}"))
                .collect()
        }
        (outcome, ..) => vec![format!("it ended with {outcome:?}")],
    }
}

fn agrees(error: &Value, name: &str, expected: &Value) -> bool {
    match (name, expected) {
        ("message_contains", Value::Array(texts)) => {
            let message = error["message"].as_str().unwrap_or_default();
            texts.iter().filter_map(Value::as_str).all(|text| message.contains(text))
        }
        _ => error.get(name).unwrap_or(&Value::Null) == expected,
    }
}
