//! Secrets are taken whole, or rejected with their origin.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    process::Command,
};

use bytes::Bytes;
use tower_loops::{Secret, SecretError, SecretOrigin, SecretProblem, Signer, Verifier};

use crate::{BODY, NOW, at, mac, outcome, secret};

fn sign_with(secret: Secret) -> String {
    let header = Signer::new(secret).sign(BODY.as_bytes(), at(NOW));
    header.to_str().expect("it is ASCII").to_owned()
}

#[test]
fn an_empty_secret_is_refused() {
    assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
    assert_eq!(Secret::new(Vec::new()).unwrap_err(), SecretError::Empty);
    assert_eq!(Secret::new([0_u8; 0]).unwrap_err(), SecretError::Empty);
}

#[test]
fn a_secret_is_the_key_as_it_stands() {
    let long = "0123456789abcdef".repeat(8);
    let secrets: [&[u8]; 11] = [
        b"s",
        b"whsec_",
        b"whsec_c2VjcmV0",
        b" padded ",
        b"line\n",
        b"\0",
        b"\xff\xfe",
        "gehe\u{ed}m \u{1f511}".as_bytes(),
        &long.as_bytes()[..64],
        &long.as_bytes()[..65],
        long.as_bytes(),
    ];
    for bytes in secrets {
        let expected = format!("t={NOW},v1={}", mac(bytes, &NOW.to_string(), BODY));
        assert_eq!(
            sign_with(secret(bytes)),
            expected,
            "{}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn nothing_is_stripped_from_a_secret_or_decoded() {
    // What a lenient reader might take for the same secret.
    let rows: [(&str, &[u8]); 8] = [
        ("whsec_c2VjcmV0", b"c2VjcmV0"),
        ("whsec_c2VjcmV0", b"secret"),
        ("c2VjcmV0", b"secret"),
        ("736563726574", b"secret"),
        ("secret", b"whsec_secret"),
        ("secret ", b"secret"),
        ("secret\n", b"secret"),
        ("Secret", b"secret"),
    ];
    for (given, lookalike) in rows {
        for (signer, verifier) in [(given.as_bytes(), lookalike), (lookalike, given.as_bytes())] {
            let header = sign_with(secret(signer));
            let result = Verifier::new(secret(verifier)).verify(
                header.as_bytes(),
                Bytes::from(BODY),
                at(NOW),
            );
            assert_eq!(
                outcome(&result),
                "Invalid signature",
                "{given:?} and {lookalike:?}"
            );
        }
    }
}

#[test]
fn a_clone_is_the_same_secret() {
    let original = secret("original");
    let clone = original.clone();
    assert_eq!(sign_with(original), sign_with(clone));
}

/// Values of a configuration, and what is wrong with each.
fn values() -> Vec<(OsString, Option<SecretProblem>)> {
    use SecretProblem::{
        ByteOrderMark, ControlCharacter, Empty, Quoted, SurroundingWhitespace, UnexpandedVariable,
        ZeroWidthCharacter,
    };
    let accepted = [
        "whsec_plain",
        "x",
        "with spaces inside",
        "no\u{a0}break",
        "gehe\u{ed}m",
        "a\"quote",
        "$dollar{brace",
    ];
    let rejected: [(SecretProblem, &[&str]); 7] = [
        (Empty, &[""]),
        (ByteOrderMark, &["\u{feff}MARK", "MARK\u{feff}"]),
        (
            SurroundingWhitespace,
            &[
                " ",
                "\n\n",
                "\u{2003}",
                "MARK ",
                " MARK",
                "MARK\n\n",
                "MARK\r\n\n",
                "\nMARK",
                "\tMARK",
                "MARK\t",
                "MARK\u{b}",
                "\u{a0}MARK",
                "MARK\u{2028}",
                "\u{3000}MARK",
                "MARK\u{85}",
            ],
        ),
        (Quoted, &["\"MARK\"", "'MARK'", "`MARK`", "\"MARK", "MARK'"]),
        (UnexpandedVariable, &["${MARK}", "MARK${X:-}"]),
        (
            ZeroWidthCharacter,
            &[
                "\u{200b}MARK",
                "MARK\u{200d}MARK",
                "MARK\u{2060}",
                "\u{202e}MARK",
                "MA\u{ad}RK",
            ],
        ),
        (
            ControlCharacter,
            &[
                "MARK\nMARK",
                "MARK\rMARK",
                "MARK\tMARK",
                "\u{1b}MARK",
                "MARK\u{7f}",
                "MARK\u{9b}MARK",
            ],
        ),
    ];
    let accepted = accepted.into_iter().map(|value| (value.into(), None));
    let rejected = rejected.into_iter().flat_map(|(problem, values)| {
        values
            .iter()
            .map(move |value| (value.into(), Some(problem)))
    });
    let values = accepted.chain(rejected);
    #[cfg(unix)]
    let values = {
        use std::os::unix::ffi::OsStringExt;
        let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        values.chain([
            (bytes(b"MARK\xff\xfe"), None),
            (bytes(b"MARK\xff "), Some(SurroundingWhitespace)),
            (bytes(b"\xffMA\nRK"), Some(ControlCharacter)),
        ])
    };
    values.collect()
}

fn variable(index: usize) -> String {
    format!("TOWER_LOOPS_TEST_SECRET_{index}")
}

/// A process cannot set its own variables without `unsafe`: this test runs itself again, with them set.
#[test]
fn a_variable_is_taken_unchanged_or_rejected() {
    const THIS_TEST: &str = "secret::a_variable_is_taken_unchanged_or_rejected";
    const INNER: &str = "TOWER_LOOPS_TEST_INNER";
    if env::var_os(INNER).is_some() {
        for (index, (value, problem)) in values().into_iter().enumerate() {
            let variable = variable(index);
            let origin = SecretOrigin::Variable(variable.clone());
            assert_result(
                &value,
                Secret::from_env(&variable),
                problem,
                &origin,
                &variable,
            );
        }
        return;
    }
    let values = values().into_iter().enumerate();
    let output = Command::new(env::current_exe().unwrap())
        .args([THIS_TEST, "--exact"])
        .env(INNER, "yes")
        .envs(values.map(|(index, (value, _))| (variable(index), value)))
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && stdout.contains("1 passed");
    assert!(
        passed,
        "{stdout}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_file_is_taken_without_its_last_line_break_or_rejected() {
    let directory = env::temp_dir().join(format!("tower-loops-secret-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("secret");
    let shown = path.display().to_string();
    for (value, problem) in values() {
        for end in ["", "\n", "\r\n"] {
            let mut content = value.as_encoded_bytes().to_vec();
            content.extend_from_slice(end.as_bytes());
            // Of a line break that is there already, only one is taken.
            let is_longer = end.is_empty() && value.as_encoded_bytes().ends_with(b"\n");
            fs::write(&path, content).unwrap();
            let origin = SecretOrigin::File(path.clone());
            if !is_longer {
                assert_result(&value, Secret::from_file(&path), problem, &origin, &shown);
            }
        }
    }
    fs::remove_dir_all(&directory).unwrap();
    let error = Secret::from_file(&path).unwrap_err();
    let is_missing = matches!(
        &error,
        SecretError::UnreadableFile {
            kind: io::ErrorKind::NotFound,
            ..
        }
    );
    assert!(is_missing && error.to_string().contains(&shown), "{error}");
}

#[test]
fn a_converted_or_deserialized_value_is_taken_unchanged_or_rejected() {
    for (value, problem) in values() {
        let Some(text) = value.to_str() else {
            continue;
        };
        let origin = SecretOrigin::Value;
        assert_result(&value, Secret::try_from(text), problem, &origin, "secret");
        assert_result(
            &value,
            Secret::try_from(text.to_owned()),
            problem,
            &origin,
            "secret",
        );
        let deserialized: Result<Secret, _> = serde_json::from_value(text.into());
        assert_eq!(deserialized.is_ok(), problem.is_none(), "{text:?}");
        if let Err(error) = deserialized {
            assert!(!error.to_string().contains("MARK"), "{error}");
        }
    }
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    // The last ones can be no variable's name.
    for name in ["TOWER_LOOPS_TEST_UNSET", "", "A=B", "=", "NUL\0"] {
        let error = Secret::from_env(name).unwrap_err();
        let is_unset =
            matches!(&error, SecretError::UnsetVariable { variable, .. } if variable == name);
        assert!(is_unset && error.to_string().contains(name), "{error}");
    }
}

/// A `main` that returns the error prints its `Debug`.
#[test]
fn debug_of_an_error_is_its_text() {
    let error = Secret::from_env("TOWER_LOOPS_TEST_UNSET").unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
}

/// Accepts the value unchanged, or names its origin and problem and shows nothing of it.
fn assert_result(
    value: &OsStr,
    result: Result<Secret, SecretError>,
    problem: Option<SecretProblem>,
    origin: &SecretOrigin,
    name: &str,
) {
    let Some(problem) = problem else {
        let header = sign_with(result.unwrap_or_else(|error| panic!("{value:?}: {error}")));
        assert_eq!(
            header,
            sign_with(secret(value.as_encoded_bytes())),
            "{value:?}"
        );
        return;
    };
    let error = result.expect_err(&format!("{value:?}"));
    let SecretError::Implausible {
        origin: of,
        problem: found,
        ..
    } = &error
    else {
        panic!("{value:?}: {error}");
    };
    assert_eq!((of, *found), (origin, problem), "{value:?}");
    assert!(error.to_string().contains(name), "{error}");
    for text in [error.to_string(), format!("{error:#?}")] {
        assert!(!text.contains("MARK"), "{value:?} is in {text}");
    }
}
