//! Rows that cannot be read, and clocks that jump.

use std::time::Duration;

use tower_loops::inbox::{DeadEvent, Outcome, Queue, Token};

use crate::{
    crashes,
    inbox::open,
    support::{Folder, LONG},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_row_is_dead_and_others_are_handled() {
    let folder = Folder::new();
    let inbox = open(&folder);
    for id in ["evt_bad", "evt_empty", "evt_many", "evt_good"] {
        crashes::store(&inbox, id).await;
    }
    folder.run(
            "UPDATE tower_loops_inbox SET payload = x'00ff', signed_at = -1, accepted_at = -1,
               secret_index = -1, last_error = CAST(x'ff' AS TEXT) WHERE event_id LIKE '%bad';
             UPDATE tower_loops_inbox SET payload = NULL WHERE event_id LIKE '%empty';
             UPDATE tower_loops_inbox SET attempts = 9223372036854775807 WHERE event_id LIKE '%many'",
    );
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.expect("listed");
    assert_eq!(dead.len(), 3);
    let unreadable = |event: &&DeadEvent| !event.key.id().ends_with("many");
    for event in dead.iter().filter(unreadable) {
        let text = "the stored event cannot be read";
        assert!(event.error.starts_with(text), "{event:?}");
    }
    let no_key = "UPDATE tower_loops_inbox SET namespace = 'two words'";
    let kept_out = folder.connection().execute_batch(no_key);
    kept_out.expect_err("what is no key is kept out");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_restored_are_dead_and_others_are_handled() {
    let folder = Folder::new();
    let inbox = open(&folder);
    for id in ["evt_words", "evt_bytes", "evt_nul", "evt_good"] {
        crashes::store(&inbox, id).await;
    }
    let corrupt = "PRAGMA ignore_check_constraints = ON;
         UPDATE tower_loops_inbox SET namespace = 'two words' WHERE event_id LIKE '%words';
         UPDATE tower_loops_inbox SET namespace = CAST(x'ff' AS TEXT),
           state = 'pending', last_error = CAST(x'ff' AS TEXT) WHERE event_id LIKE '%bytes';
         UPDATE tower_loops_inbox SET event_id = 'x' || char(0) WHERE event_id LIKE '%nul'";
    folder.run(corrupt);
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.expect("listed");
    assert_eq!(dead.len(), 3);
    for event in dead {
        let text = "the stored namespace and id are not those of an event key";
        assert_eq!(event.error, text);
    }
    assert_eq!(inbox.redrive_all().await.expect("redriven"), 3);
    let taken = inbox.take(Token::random(), 10, LONG).await.expect("taken");
    assert!(taken.is_empty());
    assert_eq!(inbox.counts().await.expect("counts").dead, 3);
}

#[tokio::test]
async fn a_clock_that_is_set_back_delays_no_new_event() {
    let folder = Folder::new();
    let inbox = open(&folder);
    crashes::store(&inbox, "evt_1").await;
    let an_hour_later = "UPDATE tower_loops_inbox SET due_at = due_at + 3600000, accepted_at = accepted_at + 3600000";
    folder.run(an_hour_later);
    let counts = inbox.counts().await.expect("counted");
    assert_eq!(counts.oldest_waiting, Some(Duration::ZERO));
    let taken = inbox.take(Token::random(), 1, LONG).await.expect("taken");
    assert_eq!(taken.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_an_hour_keeps_new_events_and_repeated_ones_apart() {
    for jump in [-3_600_000, 3_600_000] {
        let folder = Folder::new();
        let inbox = open(&folder);
        for number in 0..20 {
            crashes::store(&inbox, &format!("evt_{number}")).await;
        }
        let set = format!("UPDATE tower_loops_inbox SET due_at = due_at + {jump}");
        folder.run(&set);
        let token = Token::random();
        for taken in inbox.take(token, 4, LONG).await.expect("taken") {
            let (after, error) = (Duration::ZERO, "not yet".to_owned());
            let retry = Outcome::Retry { after, error };
            assert!(inbox.finish(&taken.key, token, &retry).await.expect("held"));
        }
        let taken = inbox.take(Token::random(), 8, LONG).await.expect("taken");
        let repeated = taken.iter().filter(|taken| taken.attempt == 2).count();
        assert_eq!((repeated, taken.len()), (4, 8), "set by {jump} ms");
    }
}
