//! A database file that is deleted or replaced while the store has it open.

#![cfg(unix)]

use std::{error::Error, fs};

use tower_loops::idempotency::{Claim, EventStore, Retention, StoreError, StoreErrorKind, Token};

use crate::support::{Folder, LONG, claim, key};

fn assert_noticed<T: std::fmt::Debug>(case: &str, result: Result<T, StoreError>) {
    let error = result.expect_err(case);
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{case}");
    assert!(!error.may_have_taken_effect(), "{case}");
    let cause = error.source().expect("a cause").to_string();
    assert!(cause.contains("deleted or replaced"), "{case}: {cause}");
}

#[tokio::test]
async fn no_success_is_recorded_in_a_file_that_is_gone() {
    let folder = Folder::new();
    let store = folder.open();
    let (held, done, token) = (key("held"), key("done"), Token::random());
    store.claim(&held, token, LONG).await.expect("claimed");
    let completed = store.complete(&done, token, Retention::Forever).await;
    completed.expect("completed");

    let elsewhere = folder.path().join("elsewhere.db");
    fs::rename(folder.database(), &elsewhere).expect("moved");
    for case in ["no file", "another file"] {
        let claimed = store.claim(&key("fresh"), token, LONG).await;
        assert_noticed(case, claimed);
        assert_noticed(case, store.claim(&done, token, LONG).await);
        let completed = store.complete(&held, token, Retention::Forever).await;
        assert_noticed(case, completed);
        fs::write(folder.database(), "").expect("written");
    }
    fs::rename(&elsewhere, folder.database()).expect("moved back");
    assert_eq!(claim(&store, "done").await, Claim::Done);
}
