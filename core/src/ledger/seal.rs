//! Records at rest: sealed with AES-256-GCM and a key that is given from outside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::digest;
use crate::error::{Error, Kind, Result};
use crate::secret::Secret;

const KEY_LEN: usize = 32;
/// Enough to tell one key from another, and says nothing about it.
const ID_LEN: usize = 16;

/// The keys of a store. The first one seals, all of them open. None for a store that is not sealed.
#[derive(Debug, Default)]
pub(crate) struct Seal(Vec<Key>);

struct Key {
    id: String,
    key: LessSafeKey,
}

/// A sealed content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// Which key.
    key: String,
    nonce: String,
    text: String,
}

impl Seal {
    /// The key that seals, and older ones.
    pub(crate) fn new(current: Option<&Secret>, old: &[Secret]) -> Result<Self> {
        let current = current.map(|key| Key::read("seal_key", key)).transpose()?;
        if current.is_none() && !old.is_empty() {
            return Err(Error::invalid("seal_keys_old", "there is no `seal_key` to seal with; give it, too"));
        }
        let old = old.iter().enumerate().map(|(at, key)| Key::read(&format!("seal_keys_old[{at}]"), key));
        Ok(Self(current.into_iter().map(Ok).chain(old).collect::<Result<_>>()?))
    }

    pub(crate) fn is_sealing(&self) -> bool {
        !self.0.is_empty()
    }

    /// Seals a content for this place. It cannot be opened in another place.
    pub(crate) fn close(&self, place: &str, content: &[u8]) -> Result<Sealed> {
        let key = self.0.first().ok_or_else(|| internal("there is no key to seal with"))?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| internal(&format!("no random bytes ({error})")))?;
        let mut text = content.to_vec();
        key.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut text,
            )
            .map_err(|_| internal("the content is too long to be sealed"))?;
        Ok(Sealed { key: key.id.clone(), nonce: STANDARD.encode(nonce), text: STANDARD.encode(text) })
    }

    /// Whether something was sealed with a key that is to go.
    pub(crate) fn is_outdated(&self, sealed: &Sealed) -> bool {
        self.0.first().is_some_and(|key| key.id != sealed.key)
    }

    /// Opens what was sealed for this place. The error says why not.
    pub(crate) fn open(&self, place: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, String> {
        let Some(key) = self.0.iter().find(|key| key.id == sealed.key) else {
            return Err(format!(
                "it is sealed with another key ({}), which is neither `seal_key` nor one of `seal_keys_old`",
                sealed.key.chars().take(ID_LEN).filter(char::is_ascii_hexdigit).collect::<String>()
            ));
        };
        let altered = || {
            "it was changed by somebody without the seal key, or belongs to another place; restore it"
                .to_owned()
        };
        let nonce = STANDARD.decode(&sealed.nonce).map_err(|_| altered())?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| altered())?;
        let mut text = Zeroizing::new(STANDARD.decode(&sealed.text).map_err(|_| altered())?);
        let length = key
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut text)
            .map_err(|_| altered())?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

impl Key {
    fn read(setting: &str, text: &Secret) -> Result<Self> {
        let wrong = || {
            Error::invalid(setting, "expected 32 bytes in base64, as `openssl rand -base64 32` makes them")
        };
        let bytes = Zeroizing::new(STANDARD.decode(text.reveal().trim_ascii()).map_err(|_| wrong())?);
        if bytes.len() != KEY_LEN {
            return Err(wrong());
        }
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| wrong())?;
        let about = Zeroizing::new([b"libzerossl seal key\0", bytes.as_slice()].concat());
        let id = digest::sha256(&about).chars().take(ID_LEN).collect();
        Ok(Self { id, key: LessSafeKey::new(key) })
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

fn internal(why: &str) -> Error {
    Error::new(Kind::Internal, format!("a record could not be sealed: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Secret {
        STANDARD.encode([byte; KEY_LEN]).into()
    }

    fn seal(current: u8, old: &[u8]) -> Seal {
        let old: Vec<Secret> = old.iter().map(|byte| key(*byte)).collect();
        Seal::new(Some(&key(current)), &old).expect("keys")
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_alone() {
        let sealed = seal(1, &[]).close("store/entry/a/7", b"a private key").expect("sealed");
        let text = serde_json::to_string(&sealed).expect("JSON");
        assert!(!text.contains("private"), "{text}");
        let opened = seal(1, &[]).open("store/entry/a/7", &sealed).expect("opened");
        assert_eq!(opened.as_slice(), b"a private key");
        for place in ["store/entry/a/8", "store/entry/b/7", "other/entry/a/7", ""] {
            assert!(seal(1, &[]).open(place, &sealed).expect_err(place).contains("restore"), "{place}");
        }
    }

    #[test]
    fn every_bit_counts() {
        let sealed = seal(1, &[]).close("place", b"short").expect("sealed");
        for (field, length) in [("nonce", NONCE_LEN), ("text", 5 + 16)] {
            for bit in 0..length * 8 {
                let mut value = serde_json::to_value(&sealed).expect("JSON");
                let mut bytes = STANDARD.decode(value[field].as_str().expect("text")).expect("base64");
                bytes[bit / 8] ^= 1 << (bit % 8);
                value[field] = STANDARD.encode(bytes).into();
                let changed: Sealed = serde_json::from_value(value).expect("JSON");
                assert!(seal(1, &[]).open("place", &changed).is_err(), "{field}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_key_is_changed_by_way_of_the_old_ones() {
        let before = seal(1, &[]).close("place", b"text").expect("sealed");
        let both = seal(2, &[1]);
        assert_eq!(both.open("place", &before).expect("by the old key").as_slice(), b"text");
        let after = both.close("place", b"text").expect("sealed");
        assert_eq!(seal(2, &[]).open("place", &after).expect("by the new key").as_slice(), b"text");
        let why = seal(2, &[]).open("place", &before).expect_err("another key");
        assert!(why.contains("seal_keys_old"), "{why}");
    }

    #[test]
    fn keys_are_32_bytes() {
        for wrong in ["", "hunter2", "aHVudGVyMg==", &STANDARD.encode([0; 33])] {
            let error = Seal::new(Some(&wrong.into()), &[]).expect_err("no key");
            assert_eq!(error.parameter(), Some("seal_key"), "{wrong}");
            assert!(!error.to_string().contains("hunter2") && !error.to_string().contains("aHVu"), "{error}");
        }
        let error = Seal::new(Some(&key(1)), &[key(2), "x".into()]).expect_err("no key");
        assert_eq!(error.parameter(), Some("seal_keys_old[1]"));
        assert_eq!(Seal::new(None, &[key(1)]).expect_err("no key").parameter(), Some("seal_keys_old"));
        assert!(!Seal::new(None, &[]).expect("none").is_sealing());
        assert!(!format!("{:?}", seal(1, &[])).contains(&STANDARD.encode([1; KEY_LEN])));
    }
}
