//! `StoreError`: advice, cause, and whether the operation may have taken effect.

use std::{error::Error, io};

use tower_loops::idempotency::{StoreError, StoreErrorKind};

fn no_listener() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionRefused)
}

#[test]
fn advice_comes_before_the_cause_and_keeps_it() {
    let error = StoreError::new(StoreErrorKind::Unavailable, no_listener())
        .with_advice("the database is not listening");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let advised = error.source().expect("the advice");
    let seen = advised.to_string();
    assert_eq!(seen, "the database is not listening (connection refused)");
    let cause = advised.source().expect("the cause");
    assert!(cause.is::<io::Error>());
}

#[test]
fn an_operation_may_have_taken_effect_unless_marked() {
    let error = StoreError::new(StoreErrorKind::Other, no_listener());
    assert!(error.may_have_taken_effect());
    let error = error.without_effect().with_advice("nothing was sent");
    assert!(!error.may_have_taken_effect());
}
