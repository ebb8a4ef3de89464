//! The password: from the environment or a service file, else from the password file. It is read for each connection, as
//! what gives out passwords may exchange it.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::place::Place;
use crate::error::{Error, Kind, Result};
use crate::ledger::environment::Environment;
use crate::secret::Secret;

/// None where there is none; then the server may not ask for one. The caller adds the place to an error.
pub(super) fn find(place: &Place, environment: &Environment) -> Result<Option<Secret>> {
    if let Some(password) = &place.password {
        return Ok(Some(password.clone()));
    }
    let given = environment("PGPASSFILE").map(PathBuf::from);
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
    let is_given = given.is_some();
    let Some(path) = given.or_else(home) else { return Ok(None) };
    let refuse =
        |why: &dyn std::fmt::Display| Error::new(Kind::Storage, format!("{}: {why}", path.display()));
    let mut text = Zeroizing::new(String::new());
    let read = File::open(&path).and_then(|mut file| {
        let mode = file.metadata()?.permissions().mode();
        file.read_to_string(&mut text)?;
        Ok(mode & 0o077)
    });
    match read {
        Ok(0) => Ok(line(&text, place)),
        Ok(_) => Err(refuse(&"others may read it; let only its owner (chmod 600)")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_given => Ok(None),
        Err(error) if Error::is_resource(&error) => {
            Err(Error::resource(&format!("{} could not be read", path.display()), &error))
        }
        Err(error) => Err(refuse(&error)),
    }
}

/// The password of the first line that fits: `host:port:database:user:password`, a star for any, with `\:` and `\\`.
fn line(text: &str, place: &Place) -> Option<Secret> {
    let host = if place.socket().is_some() { "localhost" } else { &place.host };
    let port = place.port.to_string();
    let wanted = [host, &port, &place.database, &place.user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let (password, about) = fields.split_last().filter(|(_, about)| about.len() == wanted.len())?;
        let fits =
            about.iter().zip(wanted).all(|(field, wanted)| field.as_str() == "*" || field.as_str() == wanted);
        fits.then(|| password.as_str().into())
    })
}

fn fields(line: &str) -> Vec<Zeroizing<String>> {
    let mut fields = vec![Zeroizing::new(String::with_capacity(line.len()))];
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        let field = fields.last_mut();
        match (c, field) {
            (':', _) => fields.push(Zeroizing::new(String::with_capacity(line.len()))),
            ('\\', Some(field)) => field.extend(characters.next()),
            (c, Some(field)) => field.push(c),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::environment;
    use crate::ledger::location::Location;
    use crate::settings::ClientBuilder;

    fn place(url: &str) -> Place {
        let location = Location::parse(url).expect("a URL");
        Place::new(&ClientBuilder::default(), &location, &environment::of(&[("PGUSER", "me")]))
            .expect("settings")
    }

    const TEXT: &str = "# ours\ndb:5433:certs:me:f1rst\ndb:*:certs:me:s:cond\ndb:*:certs:me:s\\:c\\\\nd\n\
                        *:*:*:other:f0urth\nlocalhost:*:*:me:f1fth\n";

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        for (url, expected) in [
            ("postgresql://db:5433/certs", Some("f1rst")),
            // A line of too many fields fits nowhere.
            ("postgresql://db/certs", Some("s:c\\nd")),
            ("postgresql://other@elsewhere/x", Some("f0urth")),
            ("postgresql://localhost/x", Some("f1fth")),
            ("postgresql://db/x", None),
        ] {
            assert_eq!(line(TEXT, &place(url)).as_ref().map(Secret::reveal), expected, "{url}");
        }
    }

    #[test]
    fn the_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("passwords");
        let variables = environment::of(&[("PGPASSFILE", path.to_str().expect("UTF-8"))]);
        let found = || find(&place("postgresql://db:5433/certs"), &variables);
        let error = found().expect_err("it is not there");
        assert!(error.message().contains("passwords: No such file"), "{error}");
        std::fs::write(&path, TEXT).expect("a file");
        for (mode, expected) in [(0o600, Some("f1rst")), (0o400, Some("f1rst")), (0o640, None), (0o604, None)]
        {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("the owner may");
            match (found(), expected) {
                (Ok(password), Some(expected)) => assert_eq!(password.expect("found").reveal(), expected),
                (Err(error), None) => assert!(error.message().contains("others may read it"), "{error}"),
                (found, _) => panic!("{mode:o}: {found:?}"),
            }
        }
        // Where nobody asked for a file, none is needed.
        let home = environment::of(&[("HOME", "/nowhere")]);
        assert_eq!(find(&place("postgresql://db/certs"), &home).expect("no file"), None);
    }
}
