//! The inbox does what every inbox must. Versions of its schema, and clocks that jump.

use std::{error::Error, time::Duration};

use tower_loops::inbox::{Outcome, Queue, StoreErrorKind, Token, conformance};

use crate::{
    crashes,
    database::{Database, INBOX_SCHEMA, hours, open_inbox},
};

const LEASE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    conformance::run(Database::start().await.inbox().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_version_of_the_schema_is_rejected() {
    let database = Database::start().await;
    database.execute(INBOX_SCHEMA).await;
    let inbox = database.inbox().await;
    let next = "UPDATE tower_loops_inbox_schema SET version = 2";
    database.execute(next).await;
    let errors = [
        inbox.ensure_schema().await.unwrap_err(),
        open_inbox(database.directory()).await.err().unwrap(),
    ];
    for error in errors {
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains("version 2"), "{cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_an_hour_keeps_new_events_and_repeated_ones_apart() {
    let database = Database::start().await;
    let inbox = database.inbox().await;
    for jump in [-1, 1] {
        database.execute("DELETE FROM tower_loops_inbox").await;
        for number in 0..20 {
            crashes::store(&inbox, &format!("evt_{number}")).await;
        }
        let set = format!(
            "UPDATE tower_loops_inbox SET due_at = due_at + {}",
            hours(jump)
        );
        database.execute(&set).await;
        let token = Token::random();
        for taken in inbox.take(token, 4, LEASE).await.unwrap() {
            let (after, error) = (Duration::ZERO, "not yet".to_owned());
            let retry = Outcome::Retry { after, error };
            assert!(inbox.finish(&taken.key, token, &retry).await.unwrap());
        }
        let taken = inbox.take(Token::random(), 8, LEASE).await.unwrap();
        let repeated = taken.iter().filter(|taken| taken.attempt == 2).count();
        assert_eq!((repeated, taken.len()), (4, 8), "set by {jump} h");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_delays_no_new_event() {
    let database = Database::start().await;
    let inbox = database.inbox().await;
    crashes::store(&inbox, "evt_1").await;
    let hour = hours(1);
    let later = format!("due_at = due_at + {hour}, accepted_at = accepted_at + {hour}");
    let set = format!("UPDATE tower_loops_inbox SET {later}");
    database.execute(&set).await;
    let counts = inbox.counts().await.unwrap();
    assert_eq!(counts.oldest_waiting, Some(Duration::ZERO));
    let taken = inbox.take(Token::random(), 1, LEASE).await.unwrap();
    assert_eq!(taken.len(), 1);
}
