use proptest::prelude::*;

use super::block::MAX_LABEL;
use super::*;

/// A change that a PEM text may go through.
#[derive(Clone, Debug)]
enum Mangling {
    Bom,
    Indented(usize),
    Tabs,
    CarriageReturns,
    WindowsLines,
    OneLine(&'static str),
    EmptyLines,
    TrailingSpaces,
    Around(String, String),
    Columns(usize),
    Json,
}

fn manglings() -> impl Strategy<Value = Mangling> {
    let around = "[ -,.-~\n\u{e9}\u{2603}]{0,60}";
    prop_oneof![
        Just(Mangling::Bom),
        (1_usize..9).prop_map(Mangling::Indented),
        Just(Mangling::Tabs),
        Just(Mangling::CarriageReturns),
        Just(Mangling::WindowsLines),
        prop_oneof![Just(""), Just(" "), Just("\\n"), Just("\\r\\n"), Just("\\\\n")]
            .prop_map(Mangling::OneLine),
        Just(Mangling::EmptyLines),
        Just(Mangling::TrailingSpaces),
        (around, around).prop_map(|(before, after)| Mangling::Around(before, after)),
        (1_usize..200).prop_map(Mangling::Columns),
        Just(Mangling::Json),
    ]
}

fn mangle(pem: &str, mangling: &Mangling) -> String {
    let lines = |with: &dyn Fn(&str) -> String| pem.split('\n').map(with).collect::<Vec<_>>().join("\n");
    match mangling {
        Mangling::Bom => format!("\u{feff}{pem}"),
        Mangling::Indented(depth) => lines(&|line| format!("{}{line}", " ".repeat(*depth))),
        Mangling::Tabs => lines(&|line| format!("\t{line}")),
        Mangling::CarriageReturns => pem.replace('\n', "\r"),
        Mangling::WindowsLines => pem.replace('\n', "\r\n"),
        Mangling::OneLine(between) => pem.replace('\n', between),
        Mangling::EmptyLines => pem.replace('\n', "\n\n"),
        Mangling::TrailingSpaces => pem.replace('\n', " \t\n"),
        Mangling::Around(before, after) => format!("{before}{pem}{after}"),
        Mangling::Columns(columns) => rewrapped(pem, *columns),
        Mangling::Json => serde_json::Value::from(pem).to_string().replace('/', "\\/"),
    }
}

/// The same base64 with another line length.
fn rewrapped(pem: &str, columns: usize) -> String {
    let mut text = String::new();
    for line in pem.lines() {
        if line.contains("-----") {
            text.push_str(line);
        } else {
            let characters: Vec<char> = line.chars().collect();
            let lines: Vec<String> = characters.chunks(columns).map(|part| part.iter().collect()).collect();
            text.push_str(&lines.join("\n"));
        }
        text.push('\n');
    }
    text
}

/// A DER sequence with this content.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short one").to_be_bytes();
    [&[0x30, 0x82], length.as_slice(), content].concat()
}

fn ders() -> impl Strategy<Value = Vec<Vec<u8>>> {
    proptest::collection::vec(
        proptest::collection::vec(any::<u8>(), 0..400).prop_map(|content| sequence(&content)),
        1..4,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_happens_on_the_way_the_same_comes_out(
        ders in ders(),
        separators in proptest::collection::vec(prop_oneof![Just(""), Just("\n"), Just("\n\n"), Just("# next\n")], 4),
        manglings in proptest::collection::vec(manglings(), 0..4),
    ) {
        let mut text = String::new();
        for (der, separator) in ders.iter().zip(&separators) {
            text.push_str(encode("CERTIFICATE", der).trim_end());
            text.push_str(separator);
        }
        for mangling in &manglings {
            text = mangle(&text, mangling);
        }
        let found = certificates(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(found.iter().map(|der| der.to_vec()).collect::<Vec<_>>(), ders, "{}", text);
    }

    #[test]
    fn a_request_and_a_key_come_out_in_their_canonical_form(
        content in proptest::collection::vec(any::<u8>(), 1..900),
        label in prop_oneof![Just("PRIVATE KEY"), Just("EC PRIVATE KEY"), Just("RSA PRIVATE KEY")],
        request in prop_oneof![Just("CERTIFICATE REQUEST"), Just("NEW CERTIFICATE REQUEST")],
        parameters in any::<bool>(),
        manglings in proptest::collection::vec(manglings(), 0..4),
    ) {
        let der = sequence(&content);
        let before = if parameters { encode("EC PARAMETERS", &[6, 3, 1, 2, 3]) } else { String::new() };
        let (mut key, mut csr) = (before.clone() + &encode(label, &der), before + &encode(request, &der));
        for mangling in &manglings {
            (key, csr) = (mangle(&key, mangling), mangle(&csr, mangling));
        }
        let (found, key) = private_key(&key).map_err(TestCaseError::fail)?;
        prop_assert_eq!((found.as_str(), key.as_slice()), (label, der.as_slice()));
        let csr = signing_request(&csr).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&csr, &encode("CERTIFICATE REQUEST", &der));
        let lines: Vec<&str> = csr.split('\n').collect();
        let (last, body) = lines[1..lines.len() - 2].split_last().expect("a line");
        prop_assert!(body.iter().all(|line| line.len() == 64) && (1..=64).contains(&last.len()));
        prop_assert!(csr.ends_with("-----\n"));
    }

    #[test]
    fn what_is_cut_short_is_refused_and_nothing_panics(content in proptest::collection::vec(any::<u8>(), 1..300), cut in any::<prop::sample::Index>()) {
        let csr = encode("CERTIFICATE REQUEST", &sequence(&content));
        let whole = csr.trim_end().len();
        let cut = &csr[..cut.index(whole)];
        prop_assert!(signing_request(cut).is_err());
        // Without some of its lines, but with its end.
        let lines: Vec<&str> = csr.lines().collect();
        let kept = lines[..=cut.len() % (lines.len() - 2)].join("\n");
        let ended = format!("{kept}\n-----END CERTIFICATE REQUEST-----\n");
        prop_assert!(signing_request(&ended).is_err());
        for text in [cut, &ended] {
            prop_assert!(certificates(&text.replace("CERTIFICATE REQUEST", "CERTIFICATE")).is_err());
        }
    }

    #[test]
    fn any_text_at_all_gives_an_answer(text in "(-----BEGIN |-----END |-----|CERTIFICATE|PRIVATE KEY|EC |\\\\n|\n|MIIB|=|\\PC){0,40}") {
        for block in blocks(&text) {
            prop_assert!(block.label.len() <= MAX_LABEL);
        }
        let _ = (private_key(&text), signing_request(&text), certificates(&text));
    }
}

const DER: [u8; 5] = [0x30, 3, 2, 1, 1];

#[test]
fn keys_are_refused_for_the_right_reason() {
    let key = encode("PRIVATE KEY", &DER);
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAMCAQE=\n-----END RSA PRIVATE KEY-----\n";
    for (text, reason) in [
        (encode("ENCRYPTED PRIVATE KEY", &DER), "encrypted"),
        (old.to_owned(), "encrypted"),
        (old.replace('\n', " "), "encrypted"),
        (old.replace('\n', ""), "encrypted"),
        (old.replace('\n', "\\n"), "encrypted"),
        (encode("CERTIFICATE", &DER), "not `CERTIFICATE`"),
        (encode("OPENSSH PRIVATE KEY", &DER), "not as `OPENSSH PRIVATE KEY`"),
        (key.replace("-----END", ""), "cut short"),
        (encode("PRIVATE KEY", &DER[..4]), "cut short"),
        (key.replace("MAM", "M*M"), "not base64"),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".to_owned(), "nothing between"),
        (key.chars().flat_map(|c| [c, '\0']).collect(), "UTF-16"),
        ("a word".to_owned(), "expected a private key"),
    ] {
        let refused = private_key(&text).expect_err(&text);
        assert!(refused.contains(reason), "{refused}: {text}");
        assert!(!refused.contains("MAMC"), "{refused}");
    }
    // The word alone does not mean encryption, and neither does another block.
    let text = format!("This key was ENCRYPTED once.\nProc-Type: 4,ENCRYPTED\n{key}");
    assert_eq!(private_key(&text).map(|(_, der)| der.to_vec()), Ok(DER.to_vec()));
    let text = format!("{}{key}", encode("OPENSSH PRIVATE KEY", &DER));
    assert_eq!(private_key(&text).map(|(label, _)| label).as_deref(), Ok("PRIVATE KEY"));
}

#[test]
fn requests_are_refused_for_the_right_reason() {
    let csr = encode("CERTIFICATE REQUEST", &DER);
    for (text, reason) in [
        (csr.clone() + &encode("PRIVATE KEY", &DER), "private key"),
        (csr.clone() + "-----BEGIN EC PRIVATE KEY-----\nMI", "private key"),
        (encode("CERTIFICATE", &DER), "not `CERTIFICATE`"),
        (encode("PKCS7", &DER), "not `PKCS7`"),
        (encode("X509 CRL", &DER), "not `X509 CRL`"),
        (csr.replace("MAM", "M-M"), "not base64"),
        (csr.replace("-----END", "-----BEGIN"), "cut short"),
        (encode("CERTIFICATE REQUEST", &[4, 1, 1]), "cut short"),
        (String::new(), "expected a certificate signing request"),
    ] {
        let refused = signing_request(&text).expect_err(&text);
        assert!(refused.contains(reason), "{refused}: {text}");
    }
}

#[test]
fn certificates_are_read_with_other_text_around_them() {
    let one = encode("CERTIFICATE", &DER);
    for text in [
        one.clone() + &encode("X509 CRL", &DER),
        encode("PKCS7", &DER) + &one,
        one.clone() + "-----BEGIN PKCS7-----\nMI",
        one.replace("CERTIFICATE", "X509 CERTIFICATE"),
    ] {
        assert_eq!(certificates(&text).map(|found| found.len()), Ok(1), "{text}");
    }
    for text in [
        encode("X509 CRL", &DER),
        encode("PKCS7", &DER),
        encode("TRUSTED CERTIFICATE", &DER),
        one.clone() + "-----BEGIN CERTIFICATE-----\nMAMC",
        one.clone() + &encode("CERTIFICATE", &DER[..4]),
        encode("CERTIFICATE", &[DER.as_slice(), &[0]].concat()) + &one,
        encode("CERTIFICATE", b"the leaf"),
        String::from("MAMCAQE="),
    ] {
        assert!(certificates(&text).is_err(), "{text}");
    }
}

#[test]
fn a_file_may_be_utf16_or_hold_other_letters_around() {
    let pem = encode("CERTIFICATE", &DER);
    let little: Vec<u8> = [0xFEFF].into_iter().chain(pem.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xFEFF].into_iter().chain(pem.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let latin1 = [b"Gesch\xE4ftsstelle\n".as_slice(), pem.as_bytes()].concat();
    for file in [little, big, latin1] {
        assert_eq!(certificates(&text(&file)).map(|found| found.len()), Ok(1));
    }
    // Without a byte order mark, the error at least names the encoding.
    let bare: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(certificates(&text(&bare)).is_err_and(|why| why.contains("UTF-16")));
}

#[test]
fn many_beginnings_without_an_end_take_no_time() {
    let text = "-----BEGIN CERTIFICATE-----\n".repeat(200_000);
    let begin = std::time::Instant::now();
    assert!(certificates(&text).is_err());
    assert!(begin.elapsed() < std::time::Duration::from_secs(20));
}
