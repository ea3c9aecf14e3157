//! Secrets: the key as given, and configured values that cannot be a secret.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    process::Command,
    time::Duration,
};

use testkit::delivery::{NOW, SECRET, secret};
use tower_loops::{Secret, SecretError, SecretOrigin, SecretProblem, Signer};

use crate::{BODY, at, header};

fn sign_with(secret: Secret) -> String {
    let header = Signer::new(secret).sign(BODY.as_bytes(), at(NOW));
    header.to_str().expect("ASCII").to_owned()
}

#[test]
fn an_empty_secret_is_rejected() {
    assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
}

#[test]
fn a_signer_cuts_times_to_seconds_not_before_1970_and_marks_its_header_sensitive() {
    let nanosecond = Duration::from_nanos(1);
    let far = 253_402_300_799;
    for (time, t) in [
        (at(NOW), NOW),
        (at(NOW + 1) - nanosecond, NOW),
        (at(0) - nanosecond, 0),
        (at(0) - Duration::from_secs(1 << 31), 0),
        (at(far), far),
    ] {
        let signer = Signer::new(secret(SECRET));
        for signed in [&signer, &signer.clone()].map(|signer| signer.sign(BODY.as_bytes(), time)) {
            assert_eq!(signed, header(&t.to_string(), BODY));
            assert!(signed.is_sensitive());
        }
    }
}

/// Values of a configuration, and what is wrong with each.
#[rustfmt::skip]
fn values() -> Vec<(OsString, Option<SecretProblem>)> {
    use SecretProblem::{
        ByteOrderMark, ControlCharacter, Empty, Quoted, SurroundingWhitespace, UnexpandedVariable,
        ZeroWidthCharacter,
    };
    let rows: [(Option<SecretProblem>, &[&str]); 8] = [
        (None, &["whsec_plain", "x", "with spaces inside", "no\u{a0}break", "gehe\u{ed}m", "a\"quote", "$dollar{brace"]),
        (Some(Empty), &[""]),
        (Some(ByteOrderMark), &["\u{feff}MARK", "MARK\u{feff}"]),
        (Some(SurroundingWhitespace), &[
            " ", "\n\n", "\u{2003}", "MARK ", " MARK", "MARK\n\n", "MARK\r\n\n", "\nMARK", "\tMARK",
            "MARK\t", "MARK\u{b}", "\u{a0}MARK", "MARK\u{2028}", "\u{3000}MARK", "MARK\u{85}",
        ]),
        (Some(Quoted), &["\"MARK\"", "'MARK'", "`MARK`", "\"MARK", "MARK'"]),
        (Some(UnexpandedVariable), &["${MARK}", "MARK${X:-}"]),
        (Some(ZeroWidthCharacter), &["\u{200b}MARK", "MARK\u{200d}MARK", "MARK\u{2060}", "\u{202e}MARK", "MA\u{ad}RK"]),
        (Some(ControlCharacter), &["MARK\nMARK", "MARK\rMARK", "MARK\tMARK", "\u{1b}MARK", "MARK\u{7f}", "MARK\u{9b}MARK"]),
    ];
    let values = rows.into_iter().flat_map(|(problem, values)| {
        values.iter().map(move |value| (value.into(), problem))
    });
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

/// Expects the value unchanged, or an error with origin and problem that does not show the value.
fn assert_result(
    value: &OsStr,
    result: Result<Secret, SecretError>,
    problem: Option<SecretProblem>,
    origin: &SecretOrigin,
    name: &str,
) {
    let Some(problem) = problem else {
        let read = result.unwrap_or_else(|error| panic!("{value:?}: {error}"));
        let expected = secret(value.as_encoded_bytes());
        assert_eq!(sign_with(read), sign_with(expected), "{value:?}");
        return;
    };
    let error = result.expect_err(&format!("{value:?}"));
    let is_found = matches!(&error, SecretError::Implausible { origin: of, problem: found, .. }
        if (of, *found) == (origin, problem));
    assert!(is_found, "{value:?}: {error}");
    let shown = format!("{error}{error:#?}");
    assert!(shown.contains(name) && !shown.contains("MARK"), "{shown}");
}

/// A process cannot set its own variables without `unsafe`: this test runs itself again, with them
/// set.
#[test]
fn a_variable_is_read_unchanged_or_rejected() {
    const INNER: &str = "TOWER_LOOPS_TEST_INNER";
    let variable = |index: usize| format!("TOWER_LOOPS_TEST_SECRET_{index}");
    let values = values().into_iter().enumerate();
    if env::var_os(INNER).is_some() {
        for (index, (value, problem)) in values {
            let name = variable(index);
            let origin = SecretOrigin::Variable(name.clone());
            assert_result(&value, Secret::from_env(&name), problem, &origin, &name);
        }
        return;
    }
    let test = "secret::a_variable_is_read_unchanged_or_rejected";
    let output = Command::new(env::current_exe().unwrap())
        .args([test, "--exact"])
        .env(INNER, "yes")
        .envs(values.map(|(index, (value, _))| (variable(index), value)))
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed"), "{output:?}");
}

#[test]
fn a_file_is_read_without_its_last_line_break_or_rejected() {
    let path = env::temp_dir().join(format!("tower-loops-secret-{}", std::process::id()));
    let (origin, shown) = (SecretOrigin::File(path.clone()), path.display().to_string());
    for (value, problem) in values() {
        for end in ["", "\n", "\r\n"] {
            // Of two line breaks, one is removed.
            if end.is_empty() && value.as_encoded_bytes().ends_with(b"\n") {
                continue;
            }
            fs::write(&path, [value.as_encoded_bytes(), end.as_bytes()].concat()).unwrap();
            assert_result(&value, Secret::from_file(&path), problem, &origin, &shown);
        }
    }
    fs::remove_file(&path).unwrap();
    let error = Secret::from_file(&path).unwrap_err();
    let kind = io::ErrorKind::NotFound;
    assert!(matches!(error, SecretError::UnreadableFile { kind: found, .. } if found == kind));
    assert!(error.to_string().contains(&shown), "{error}");
}

#[test]
fn a_converted_or_deserialized_value_is_read_unchanged_or_rejected() {
    for (value, problem) in values() {
        let Some(text) = value.to_str() else { continue };
        for result in [Secret::try_from(text), Secret::try_from(text.to_owned())] {
            assert_result(&value, result, problem, &SecretOrigin::Value, "secret");
        }
        let deserialized: Result<Secret, _> = serde_json::from_value(text.into());
        assert_eq!(deserialized.is_ok(), problem.is_none(), "{text:?}");
        if let Err(error) = deserialized {
            assert!(!error.to_string().contains("MARK"), "{error}");
        }
    }
}

#[test]
fn the_error_of_a_number_without_quotes_does_not_contain_it() {
    for number in ["4242", "-4242", "4242.5"] {
        let error = serde_json::from_str::<Secret>(number)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("a webhook secret must be a string"),
            "{error}"
        );
        assert!(!error.contains("4242"), "{error}");
    }
}

#[test]
fn an_unset_variable_is_named_also_by_debug() {
    // The last ones cannot be names of variables.
    for name in ["TOWER_LOOPS_TEST_UNSET", "", "A=B", "=", "NUL\0"] {
        let error = Secret::from_env(name).unwrap_err();
        let is_unset =
            matches!(&error, SecretError::UnsetVariable { variable, .. } if variable == name);
        assert!(is_unset && error.to_string().contains(name), "{error}");
        // A `main` that returns the error prints its `Debug` output.
        assert_eq!(format!("{error:?}"), error.to_string());
    }
}
