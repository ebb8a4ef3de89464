//! The servers of the matrix, for the other languages: `zerossl-faults FOLDER LANGUAGE...`
//!
//! Every call is made in Rust first, also `obtain` while guests besiege its listener. Then each language gets a folder with
//! the same calls as cases, whose errors are those that Rust has got. The program says `ready` and serves until its input
//! ends.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;
use zerossl_faults::{Played, Siege, Stand, Table, with_resolver};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: zerossl-faults FOLDER LANGUAGE...")?;
    let folder = Path::new(&folder);
    let stand = Stand::start(Table::read())?;
    let played = stand.play(&folder.join("rust"));
    let problems: Vec<_> = played.iter().flat_map(Played::problems).collect();
    if !problems.is_empty() {
        return Err(problems.join("\n").into());
    }
    // A namespace for the resolver has enough to do with that.
    let sieges = if with_resolver() { Vec::new() } else { Siege::start()? };
    let mut held = Vec::new();
    for siege in &sieges {
        held.push((siege, siege.play(&folder.join("rust/sieges").join(siege.name))?));
    }
    for language in arguments {
        let folder = folder.join(language);
        for one in &played {
            if let Some(case) = one.case(&stand, &folder) {
                write(&folder, one.operation, &one.running.fault.name, &case)?;
            }
        }
        for (siege, error) in &held {
            let case = siege.case(error, &folder.join("stores").join(siege.name))?;
            write(&folder, "obtain", siege.name, &case)?;
        }
    }
    writeln!(io::stdout(), "ready")?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn write(folder: &Path, operation: &str, name: &str, case: &Value) -> io::Result<()> {
    let cases = folder.join("cases").join(operation);
    fs::create_dir_all(&cases)?;
    fs::write(cases.join(name).with_extension("json"), case.to_string())
}
