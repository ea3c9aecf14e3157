//! `StoreError`: advice, cause, and whether the operation may have taken effect.

use std::{error::Error, io};

use tower_loops::idempotency::{StoreError, StoreErrorKind};

#[test]
fn advice_comes_before_the_cause_and_keeps_it() {
    let error = io::Error::from(io::ErrorKind::ConnectionRefused);
    let error = StoreError::new(StoreErrorKind::Unavailable, error);
    assert!(error.may_have_taken_effect(), "unless it is marked");
    let error = error
        .without_effect()
        .with_advice("the database is not listening");
    assert!(!error.may_have_taken_effect());
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let advised = error.source().expect("the advice");
    let seen = advised.to_string();
    assert_eq!(seen, "the database is not listening (connection refused)");
    let cause = advised.source().expect("the cause");
    assert!(cause.is::<io::Error>());
}
