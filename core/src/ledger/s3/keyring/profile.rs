//! Keys from the file `credentials` of Amazon's tools: sections of `name = value`.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::super::keys::{Keys, error};
use crate::error::{Error, Result};
use crate::ledger::environment::Environment;
use crate::ledger::sections::section;
use crate::secret::Secret;

const FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
const PROFILE: &str = "AWS_PROFILE";

/// The keys of the profile that the environment names, or else of `default`, if there is one.
pub(super) fn keys(environment: &Environment) -> Result<Option<Keys>> {
    let wanted = environment(PROFILE);
    let file = environment(FILE).map(PathBuf::from);
    let is_default = file.is_none() && wanted.is_none();
    let home = || environment("HOME").map(|home| PathBuf::from(home).join(".aws/credentials"));
    let Some(path) = file.or_else(home) else { return Ok(None) };
    let profile = wanted.as_deref().unwrap_or("default");
    let text = match fs::read(&path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(why) if is_default && why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) if Error::is_resource(&why) => {
            return Err(Error::resource(&format!("{} could not be read", path.display()), &why));
        }
        Err(why) => {
            let named = if environment(FILE).is_some() { FILE } else { PROFILE };
            return Err(error(format!("{}: {why}; check {named}", path.display())));
        }
    };
    let text = str::from_utf8(&text).map_err(|_| error(format!("{}: it is not UTF-8", path.display())))?;
    let Some(section) = section(text, profile) else {
        if wanted.is_none() {
            return Ok(None);
        }
        let why = format!("{}: it has no profile `{profile}`; check {PROFILE}", path.display());
        return Err(error(why));
    };
    let value = |name: &str| section.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let source = format!("the profile `{profile}` in {}", path.display());
    match (value("aws_access_key_id"), value("aws_secret_access_key")) {
        (Some(id), Some(secret)) => Ok(Some(Keys {
            id: id.to_owned(),
            secret: secret.into(),
            token: value("aws_session_token").map(Secret::from),
            expires: None,
            source,
        })),
        _ => Err(error(format!(
            "{source} lacks aws_access_key_id or aws_secret_access_key; what makes keys from others (sso, role_arn, \
             credential_process) is not supported, so export them into the environment"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::environment;

    const TEXT: &str = "# ours\n[default]\naws_access_key_id=AKIA1\naws_secret_access_key = s3cret+/=\n\n[ other ]\r\n\
                        aws_access_key_id = AKIA2\r\naws_secret_access_key=hunter2\r\naws_session_token = t0ken\r\n\
                        [sso]\nsso_session = a\n";

    fn found(variables: &[(&str, &str)]) -> Result<Option<Keys>> {
        keys(&environment::of(variables))
    }

    #[test]
    fn the_profile_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(".aws")).expect("a folder");
        let path = folder.path().join(".aws/credentials");
        fs::write(&path, TEXT).expect("a file");
        let (home, path) = (folder.path().to_str().expect("UTF-8"), path.to_str().expect("UTF-8"));

        let default = found(&[("HOME", home)]).expect("it is there").expect("keys");
        assert_eq!((default.id.as_str(), default.secret.reveal()), ("AKIA1", "s3cret+/="));
        assert_eq!((&default.token, default.expires), (&None, None));
        assert_eq!(found(&[(FILE, path)]).expect("it is there"), Some(default));
        let other = found(&[("HOME", home), (PROFILE, "other")]).expect("it is there").expect("keys");
        assert_eq!((other.id.as_str(), other.secret.reveal()), ("AKIA2", "hunter2"));
        assert_eq!(other.token.as_ref().map(Secret::reveal), Some("t0ken"));
        let shown = format!("{other:?}");
        assert!(
            shown.contains("the profile `other`") && !shown.contains("hunter2") && !shown.contains("t0ken")
        );
    }

    #[test]
    fn a_profile_that_was_asked_for_and_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        fs::write(&path, TEXT.replace("[default]", "[first]")).expect("a file");
        let (home, path) = (folder.path().to_str().expect("UTF-8"), path.to_str().expect("UTF-8"));
        // Nothing was asked for.
        assert_eq!(found(&[]).expect("no home"), None);
        assert_eq!(found(&[("HOME", home)]).expect("no file"), None);
        assert_eq!(found(&[(FILE, path)]).expect("no profile"), None);
        for (variables, expected) in [
            (vec![("HOME", home), (PROFILE, "other")], "check AWS_PROFILE"),
            (vec![(FILE, "/nowhere/keys")], "/nowhere/keys: No such file"),
            (vec![(FILE, path), (PROFILE, "third")], "it has no profile `third`; check AWS_PROFILE"),
            (vec![(FILE, path), (PROFILE, "sso")], "sso, role_arn, credential_process"),
        ] {
            let error = found(&variables).expect_err("it is not there").to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
