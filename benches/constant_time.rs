//! Whether the time of a check shows an attacker how much of a signature was right, or which one.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench constant_time
//! ```
//!
//! Each row compares two classes of inputs, for which the verifier must take equally long, by the
//! method of `dudect`: times of millions of them in random order, and Welch's t over these. A naive
//! verifier is measured in the same way and must show a leak. Fails on an unexpected outcome.
//!
//! It can show a leak, but not prove that there is none: it sees no difference below its standard
//! error, and none of another processor or compiler.

mod naive;
mod outcome;

use std::process::ExitCode;

use tower_loops::Verifier;
use tower_loops_benches::{
    input::{Guesses, SECRET, SECRETS},
    sampling::samples,
    welch::Class,
};

use self::{
    naive::{Naive, byte_by_byte, equals},
    outcome::{Expected, Table},
};

/// The number of signatures in a header. One of them is right.
const COUNT: usize = 8;

fn main() -> ExitCode {
    let guesses = Guesses::new();
    let mut table = Table::begin();
    prefix(&guesses, &mut table);
    candidates(&guesses, &mut table);
    secrets(&guesses, &mut table);
    if table.as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Class A: the first 31 bytes of a forged digest are right. Class B: it is wrong from the first
/// on.
fn prefix(guesses: &Guesses, table: &mut Table) {
    let Guesses { body, now, .. } = guesses;
    let verifier = Verifier::new(guesses.secrets[0].clone());
    let reject = |header: &Vec<u8>| {
        verifier
            .verify(header, body.clone(), *now)
            .expect_err("it is forged")
    };
    table.row(
        "no difference: `verify`, class B against itself",
        Expected::Quiet,
        samples(|_, rng| guesses.forged(Class::B, rng), reject),
    );
    table.row(
        "`verify`, forged: 31 bytes right / none",
        Expected::Quiet,
        samples(|class, rng| guesses.forged(class, rng), reject),
    );
    table.row(
        "`begin`, forged: 31 bytes right / none",
        Expected::Quiet,
        samples(
            |class, rng| guesses.forged(class, rng),
            |header| verifier.begin(header, *now).expect("no body yet"),
        ),
    );
    for (name, same, expected) in [
        (
            "byte by byte",
            byte_by_byte as fn(&_, &_) -> _,
            Expected::Leak,
        ),
        ("`==`", equals, Expected::Anything),
    ] {
        let naive = Naive::new(&[SECRET], same);
        table.row(
            &format!("naive, {name}, forged: 31 bytes right / none"),
            expected,
            samples(
                |class, rng| guesses.forged(class, rng),
                |header| assert_eq!(naive.verify(header, body), None),
            ),
        );
    }
}

/// Class A: the first signature is the right one. Class B: the last.
fn candidates(guesses: &Guesses, table: &mut Table) {
    let Guesses { body, now, .. } = guesses;
    let verifier = Verifier::new(guesses.secrets[0].clone());
    table.row(
        &format!("`verify`, genuine: first of {COUNT} signatures / last"),
        Expected::Quiet,
        samples(
            |class, rng| guesses.candidates(COUNT, class, rng),
            |header| {
                verifier
                    .verify(header, body.clone(), *now)
                    .expect("it is genuine")
            },
        ),
    );
    let naive = Naive::new(&[SECRET], equals);
    table.row(
        &format!("naive, genuine: first of {COUNT} signatures / last"),
        Expected::Leak,
        samples(
            |class, rng| guesses.candidates(COUNT, class, rng),
            |header| assert_eq!(naive.verify(header, body), Some(0)),
        ),
    );
}

/// Class A: the first secret is the right one. Class B: the second.
fn secrets(guesses: &Guesses, table: &mut Table) {
    let Guesses { body, now, .. } = guesses;
    let [first, second] = guesses.secrets.clone();
    let verifier = Verifier::new(first).with_additional_secret(second);
    table.row(
        "`verify`, genuine: first of 2 secrets / second",
        Expected::Quiet,
        samples(
            |class, rng| guesses.either_secret(class, rng),
            |header| {
                verifier
                    .verify(header, body.clone(), *now)
                    .expect("it is genuine")
            },
        ),
    );
    let naive = Naive::new(&SECRETS, equals);
    table.row(
        "naive, genuine: first of 2 secrets / second",
        Expected::Leak,
        samples(
            |class, rng| guesses.either_secret(class, rng),
            |header| naive.verify(header, body).expect("it is genuine"),
        ),
    );
}
