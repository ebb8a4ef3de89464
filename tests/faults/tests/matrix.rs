//! Every operation against every fault, in Rust. `run.py` does it in the other languages.

use zerossl_faults::{Stand, Table};

#[test]
fn every_operation_against_every_fault() {
    let stand = Stand::start(Table::read()).expect("servers");
    for operation in zerossl::OPERATIONS {
        assert!(stand.operations.contains_key(operation.name), "{} is not in faults.json", operation.name);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let played = stand.play(folder.path());
    let problems: Vec<String> = played.iter().flat_map(zerossl_faults::Played::problems).collect();
    assert!(
        problems.is_empty(),
        "{} problems in {} calls:\n{}",
        problems.len(),
        played.len(),
        problems.join("\n")
    );
}
