//! Elliptic keys in each form that programs write, and those that do not fit together.

use p256::elliptic_curve::ALGORITHM_OID;
use rcgen::PublicKeyData;
use rsa::pkcs8::spki::AlgorithmIdentifierRef;
use rsa::pkcs8::{AssociatedOid, ObjectIdentifier, PrivateKeyInfoRef};
use rustls::pki_types::PrivateKeyDer;
use sec1::der::Encode;
use sec1::der::asn1::OctetStringRef;
use sec1::{EcParameters, EcPrivateKey};

use super::{Algorithm, PrivateKey, compressed};
use crate::key_type::KeyType;

const P256: ObjectIdentifier = p256::NistP256::OID;
const P384: ObjectIdentifier = p384::NistP384::OID;

fn sec1(private: &[u8], curve: Option<ObjectIdentifier>, public: Option<&[u8]>) -> Vec<u8> {
    let parameters = curve.map(EcParameters::NamedCurve);
    EcPrivateKey { private_key: private, parameters, public_key: public }.to_der().expect("DER")
}

fn pkcs8(curve: ObjectIdentifier, key: &[u8]) -> Vec<u8> {
    let algorithm = AlgorithmIdentifierRef { oid: ALGORITHM_OID, parameters: Some((&curve).into()) };
    PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(key).expect("a key")).to_der().expect("DER")
}

fn of_sec1(der: &[u8]) -> Option<Vec<u8>> {
    PrivateKey::from_der(&PrivateKeyDer::Sec1(der.into())).map(|key| key.der_bytes().to_vec())
}

fn of_pkcs8(der: &[u8]) -> Option<Vec<u8>> {
    PrivateKey::from_der(&PrivateKeyDer::Pkcs8(der.into())).map(|key| key.der_bytes().to_vec())
}

#[test]
fn elliptic_keys_are_read_in_each_form_and_refused_if_they_do_not_fit() {
    for (key_type, curve, other_curve) in [(KeyType::EcdsaP256, P256, P384), (KeyType::EcdsaP384, P384, P256)]
    {
        let [key, other] = [(); 2].map(|()| PrivateKey::generate(key_type).expect("a key"));
        let private = match &key.kind {
            Algorithm::P256(key) => key.to_bytes().to_vec(),
            Algorithm::P384(key) => key.to_bytes().to_vec(),
            Algorithm::Rsa(_) => unreachable!("none of them"),
        };
        let (public, short) = (key.public.clone(), compressed(&key.public));
        let stranger = [other.public.clone(), compressed(&other.public), public[1..].to_vec(), Vec::new()];
        for given in [None, Some(&public), Some(&short)] {
            let given = given.map(Vec::as_slice);
            for named in [None, Some(curve)] {
                let der = sec1(&private, named, given);
                assert_eq!(of_sec1(&der).as_ref(), Some(&public));
                assert_eq!(of_pkcs8(&pkcs8(curve, &der)).as_ref(), Some(&public));
                if named.is_some() {
                    assert_eq!(of_pkcs8(&pkcs8(other_curve, &der)), None, "the algorithm has another curve");
                }
            }
            let der = sec1(&private, Some(other_curve), given);
            assert_eq!(of_pkcs8(&pkcs8(curve, &der)), None, "the key has another curve");
            // A short number alone may be a key of the longer curve.
            if given.is_some() || curve == P384 {
                assert_eq!(of_sec1(&der), None, "another curve");
                assert_eq!(of_pkcs8(&pkcs8(other_curve, &der)), None, "another curve");
            }
        }
        for public in &stranger {
            let der = sec1(&private, Some(curve), Some(public));
            assert_eq!(of_sec1(&der), None, "another public key");
            assert_eq!(of_pkcs8(&pkcs8(curve, &der)), None, "another public key");
        }
        let zero = vec![0; private.len()];
        assert_eq!(of_sec1(&sec1(&zero, Some(curve), None)), None, "zero is no key");
    }
}
