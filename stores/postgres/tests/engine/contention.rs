//! What operations do to each other: locks, snapshots, serialization failures.

use std::time::Duration;

use tower_loops::idempotency::{Claim, EventKey, EventStore, Retention, Token};

use crate::{at_once::claim_all, server::Server};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn duplicate_of_a_done_event_neither_writes_nor_locks_its_row() {
    let server = Server::start().await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    store.claim(&key, token, MINUTE).await.unwrap();
    let completed = store.complete(&key, token, Retention::Forever).await;
    completed.unwrap();
    let before = server.version_in("tower_loops_events").await;
    for prepared in [false, true] {
        let store = store.clone().with_prepared_statements(prepared);
        let claim = store.claim(&key, Token::random(), MINUTE).await;
        assert_eq!(claim.unwrap(), Claim::Done);
        let events = [(); 2].map(|()| ("evt".to_owned(), Token::random()));
        let claims = claim_all(&store, &events).await;
        assert_eq!(claims, [Claim::Done; 2], "in a batch");
    }
    assert_eq!(server.version_in("tower_loops_events").await, before);
}

#[tokio::test]
async fn claim_repeats_when_the_row_is_younger_than_its_snapshot() {
    let server = Server::start().await;
    let store = server.store().await;
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let held = "INSERT INTO tower_loops_events VALUES ('ns', 'evt', '\\x01', false, 'infinity')";
    transaction.batch_execute(held).await.unwrap();

    let claim = tokio::spawn(async move {
        let key = EventKey::new("ns", "evt");
        store.claim(&key, Token::random(), MINUTE).await
    });
    server.until_one_waits_for_a_lock().await;
    transaction.commit().await.unwrap();
    let claim = claim.await.unwrap().unwrap();
    let retry_after = Duration::MAX;
    assert_eq!(claim, Claim::InFlight { retry_after });
}

#[tokio::test]
async fn operations_outlast_serialization_failures() {
    let server = Server::start().await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    // As other transactions would, for 20 ms from now.
    let conflicts = "CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF clock_timestamp() < TG_ARGV[0]::timestamptz THEN
                RAISE SQLSTATE '40001';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$;
        DO $$ BEGIN EXECUTE format('CREATE TRIGGER conflict BEFORE INSERT OR DELETE
            ON tower_loops_events FOR EACH ROW EXECUTE FUNCTION conflict(%L)',
            clock_timestamp() + interval '20 ms'); END $$";
    server.execute(conflicts).await;
    let claim = store.claim(&key, token, MINUTE).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
    server.execute("DROP FUNCTION conflict CASCADE").await;
    server.execute(conflicts).await;
    assert!(store.release(&key, token).await.unwrap());
}

#[tokio::test]
async fn a_purge_leaves_rows_that_are_locked() {
    let server = Server::start().await;
    let store = server.store().await;
    let expired = "INSERT INTO tower_loops_events (namespace, event_id, done, until)
        SELECT 'n', 'old' || i, true, now() - interval '1 s' FROM generate_series(1, 2500) i";
    server.execute(expired).await;
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let lock = "SELECT 1 FROM tower_loops_events WHERE event_id = 'old7' FOR UPDATE";
    transaction.execute(lock, &[]).await.unwrap();
    assert_eq!(store.purge_expired(1_000).await.unwrap(), 2_499);
    // Dropping it would leave the ROLLBACK to run later, beside the next purge.
    transaction.rollback().await.unwrap();
    assert_eq!(store.purge_expired(1_000).await.unwrap(), 1);
}
