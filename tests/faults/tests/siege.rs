//! An order whose files the library's own listener serves, while guests besiege it.

use zerossl_faults::Siege;

#[test]
fn a_besieged_listener_serves_the_files_of_an_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let sieges = Siege::start().expect("sandboxes");
    let problems: Vec<String> =
        sieges.iter().filter_map(|siege| siege.play(&folder.path().join(siege.name)).err()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}
