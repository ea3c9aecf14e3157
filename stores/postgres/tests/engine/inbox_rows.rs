//! Rows that cannot be read, and clocks that jump.

use std::time::Duration;

use tower_loops::inbox::{DeadEvent, MAX_DEAD, Outcome, Queue, Token};

use crate::{crashes, inbox::inbox, server::Server};

const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_row_is_dead_and_others_are_handled() {
    let server = Server::start().await;
    let inbox = inbox(&server).await;
    for id in ["evt_bad", "evt_empty", "evt_many", "evt_good"] {
        crashes::store(&inbox, id).await;
    }
    server
        .execute(
            "UPDATE tower_loops_inbox SET payload = '\\x00ff', secret_index = -1
               WHERE event_id LIKE '%bad';
             UPDATE tower_loops_inbox SET payload = NULL WHERE event_id LIKE '%empty';
             UPDATE tower_loops_inbox SET attempts = 2147483647 WHERE event_id LIKE '%many'",
        )
        .await;
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.unwrap();
    assert_eq!(dead.len(), 3);
    let unreadable = |event: &&DeadEvent| !event.key.id().ends_with("many");
    for event in dead.iter().filter(unreadable) {
        let text = "the stored event cannot be read";
        assert!(event.error.starts_with(text), "{event:?}");
    }
    let no_key = "INSERT INTO tower_loops_inbox (namespace, event_id, state, due_at, received_at, signed_at, secret_index) VALUES ('', 'x', 'pending', now(), now(), now(), 0)";
    let kept_out = server.try_execute(no_key).await;
    kept_out.expect_err("an invalid key is rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_restored_are_dead_and_others_are_handled() {
    let server = Server::start().await;
    let inbox = inbox(&server).await;
    for id in ["evt_words", "evt_long", "evt_null", "evt_good"] {
        crashes::store(&inbox, id).await;
    }
    server
        .execute(
            "ALTER TABLE tower_loops_inbox DROP CONSTRAINT tower_loops_inbox_event_id_check,
               ALTER COLUMN signed_at DROP NOT NULL, ALTER COLUMN secret_index DROP NOT NULL;
             UPDATE tower_loops_inbox SET namespace = 'two words' WHERE event_id LIKE '%words';
             UPDATE tower_loops_inbox SET event_id = repeat('x', 256) WHERE event_id LIKE '%long';
             UPDATE tower_loops_inbox SET signed_at = NULL, secret_index = NULL, payload = NULL
               WHERE event_id LIKE '%null'",
        )
        .await;
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.unwrap();
    assert_eq!(dead.len(), 3);
    for event in dead {
        let text = match event.key.id().ends_with("null") {
            true => "the stored event cannot be read",
            false => "the stored namespace and id are not those of an event key",
        };
        assert!(event.error.starts_with(text), "{event:?}");
    }
    assert_eq!(inbox.redrive_all().await.unwrap(), 3);
    let taken = inbox.take(Token::random(), 10, LONG).await.unwrap();
    assert_eq!(taken.len(), 1, "that with a key");
    assert_eq!(inbox.counts().await.unwrap().dead, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_dead_events_is_limited() {
    let server = Server::start().await;
    let inbox = inbox(&server).await;
    server
        .execute(
            "INSERT INTO tower_loops_inbox SELECT 'n', number, 'dead', now(), NULL, 1, 'e', now(),
               now(), now(), 0, NULL FROM generate_series(1, 1001) AS number",
        )
        .await;
    assert_eq!(inbox.dead(usize::MAX).await.unwrap().len(), MAX_DEAD);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_an_hour_keeps_new_events_and_repeated_ones_apart() {
    let server = Server::start().await;
    for jump in [-1, 1] {
        let inbox = inbox(&server).await;
        server.execute("TRUNCATE tower_loops_inbox").await;
        for number in 0..20 {
            crashes::store(&inbox, &format!("evt_{number}")).await;
        }
        let set = format!("UPDATE tower_loops_inbox SET due_at = due_at + interval '{jump} hour'");
        server.execute(&set).await;
        let token = Token::random();
        for taken in inbox.take(token, 4, LONG).await.unwrap() {
            let (after, error) = (Duration::ZERO, "not yet".to_owned());
            let retry = Outcome::Retry { after, error };
            assert!(inbox.finish(&taken.key, token, &retry).await.unwrap());
        }
        let taken = inbox.take(Token::random(), 8, LONG).await.unwrap();
        let repeated = taken.iter().filter(|taken| taken.attempt == 2).count();
        assert_eq!((repeated, taken.len()), (4, 8), "set by {jump} h");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_delays_no_new_event() {
    let server = Server::start().await;
    let inbox = inbox(&server).await;
    crashes::store(&inbox, "evt_1").await;
    let an_hour_later = "UPDATE tower_loops_inbox SET due_at = due_at + interval '1 hour', accepted_at = accepted_at + interval '1 hour'";
    server.execute(an_hour_later).await;
    let counts = inbox.counts().await.unwrap();
    assert_eq!(counts.oldest_waiting, Some(Duration::ZERO));
    let taken = inbox.take(Token::random(), 1, LONG).await.unwrap();
    assert_eq!(taken.len(), 1);
}
