//! The servers of the matrix, for the other languages: `zerossl-faults FOLDER LANGUAGE...`
//!
//! Every call is made in Rust first. Then each language gets a folder with the same calls as cases, whose errors are
//! those that Rust has got. The program says `ready` and serves until its input ends.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use zerossl_faults::{Played, Stand, Table};

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
    for language in arguments {
        let folder = folder.join(language);
        for one in &played {
            if let Some(case) = one.case(&stand, &folder) {
                let cases = folder.join("cases").join(one.operation);
                fs::create_dir_all(&cases)?;
                let file = cases.join(&one.running.fault.name).with_extension("json");
                fs::write(file, case.to_string())?;
            }
        }
    }
    writeln!(io::stdout(), "ready")?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
