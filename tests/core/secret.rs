//! Secrets: taken whole, from code or from the environment, or refused.

use std::{
    env,
    ffi::{OsStr, OsString},
    process::Command,
};

use bytes::Bytes;
use tower_loops::{Secret, SecretError, Signer, Verifier};

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

enum Expected {
    AsItStands,
    Empty,
    Padded,
}
use Expected::{AsItStands, Empty, Padded};

/// Values of environment variables. The variable of each row has its index in its name.
fn environment() -> Vec<(OsString, Expected)> {
    let rows = [
        ("whsec_plain", AsItStands),
        ("x", AsItStands),
        ("with spaces and\na line break inside", AsItStands),
        ("no\u{a0}break", AsItStands),
        ("gehe\u{ed}m", AsItStands),
        // Invisible, and yet no white space.
        ("\u{200b}zero width\u{feff}", AsItStands),
        ("\"quoted\"", AsItStands),
        ("", Empty),
        (" ", Padded),
        ("\n", Padded),
        ("\u{2003}", Padded),
        ("MARK ", Padded),
        (" MARK", Padded),
        ("MARK\n", Padded),
        ("MARK\r\n", Padded),
        ("\nMARK", Padded),
        ("\tMARK", Padded),
        ("MARK\t", Padded),
        ("MARK\u{b}", Padded),
        ("MARK\u{c}", Padded),
        ("\u{a0}MARK", Padded),
        ("MARK\u{a0}", Padded),
        ("MARK\u{2028}", Padded),
        ("\u{3000}MARK", Padded),
        ("MARK\u{85}", Padded),
    ];
    let mut rows: Vec<_> = rows
        .map(|(value, expected)| (value.into(), expected))
        .into();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        rows.push((OsString::from_vec(b"MARK\xff\xfe".to_vec()), AsItStands));
        rows.push((OsString::from_vec(b"MARK\xff\n".to_vec()), Padded));
        rows.push((OsString::from_vec(b" \xffMARK".to_vec()), Padded));
    }
    rows
}

fn variable(index: usize) -> String {
    format!("TOWER_LOOPS_TEST_SECRET_{index}")
}

/// A process cannot set its own variables without `unsafe`: this test runs itself again, with them set.
#[test]
fn a_secret_comes_from_the_environment_as_it_stands_or_not_at_all() {
    const THIS_TEST: &str =
        "secret::a_secret_comes_from_the_environment_as_it_stands_or_not_at_all";
    const INNER: &str = "TOWER_LOOPS_TEST_INNER";
    if env::var_os(INNER).is_some() {
        return check_environment();
    }
    let values = environment().into_iter().enumerate();
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

fn check_environment() {
    for (index, (value, expected)) in environment().iter().enumerate() {
        let variable = variable(index);
        let result = Secret::from_env(&variable);
        let expected = match expected {
            AsItStands => {
                let header = sign_with(result.unwrap_or_else(|error| panic!("{value:?}: {error}")));
                assert_eq!(
                    header,
                    sign_with(secret(value.as_encoded_bytes())),
                    "{value:?}"
                );
                continue;
            }
            Empty => SecretError::EmptyVariable { variable },
            Padded => SecretError::PaddedVariable { variable },
        };
        assert_error(value, result, &expected);
    }
}

#[test]
fn a_variable_that_is_not_set_is_refused() {
    // The last ones can be no variable's name.
    for name in ["TOWER_LOOPS_TEST_UNSET", "", "A=B", "=", "NUL\0"] {
        let variable = name.to_owned();
        let expected = SecretError::UnsetVariable { variable };
        assert_error(OsStr::new(""), Secret::from_env(name), &expected);
    }
}

/// The error is this one, names the variable and tells nothing of the value.
fn assert_error(value: &OsStr, result: Result<Secret, SecretError>, expected: &SecretError) {
    let error = result.expect_err(&format!("{value:?}"));
    assert_eq!(&error, expected, "{value:?}");
    let (SecretError::UnsetVariable { variable }
    | SecretError::EmptyVariable { variable }
    | SecretError::PaddedVariable { variable }) = expected
    else {
        panic!("{expected:?}");
    };
    assert!(error.to_string().contains(variable), "{error}");
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(!text.contains("MARK"), "{value:?} is in {text}");
    }
}
