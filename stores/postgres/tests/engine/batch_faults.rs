//! What goes wrong with one event of a batch, or with all of them.

use std::time::Duration;

use tokio::time::timeout;
use tower_loops::idempotency::{Claim, Completion, Retention, StoreErrorKind};
use tower_loops_postgres::PostgresStore;

use crate::{
    at_once::{claim_all, ids, start_claims, start_completions},
    batches::TRANSACTIONS,
    server::Server,
};

/// Locks are held for longer. Less than it takes until a connection counts as dead.
const IN_TIME: Duration = Duration::from_secs(15);

#[tokio::test]
async fn one_that_fails_does_not_fail_its_batch() {
    let server = Server::start().await;
    let store = server.store().await;
    let check = |name: &str, condition: &str| {
        format!("ALTER TABLE tower_loops_events ADD CONSTRAINT {name} CHECK ({condition})")
    };
    let events = ids(20);
    server
        .execute(&check("unclaimed", "event_id <> 'evt_7'"))
        .await;
    for (token, claim) in start_claims(&store, &events).join_all().await {
        let is_bad = token.as_bytes() == events[7].1.as_bytes();
        match claim {
            Ok(claim) => assert!(!is_bad && claim == Claim::Claimed),
            Err(error) => assert!(is_bad && error.kind() == StoreErrorKind::Other, "{error:?}"),
        }
    }
    server
        .execute(&check("not_done", "NOT done OR event_id <> 'evt_3'"))
        .await;
    let events = [&events[..7], &events[8..]].concat();
    let completions = start_completions(&store, &events, Retention::Forever);
    for ((id, _), completion) in completions.join_all().await {
        match completion {
            Ok(completion) => assert!(id != "evt_3" && completion == Completion::Held),
            Err(error) => {
                assert!(
                    id == "evt_3" && error.kind() == StoreErrorKind::Other,
                    "{error:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_locked_row_delays_only_its_own_event() {
    let server = Server::start().await;
    let store = server.store().await;
    let events = ids(20);
    let mut other = server.pool(1).get().await.unwrap();
    let transaction = other.transaction().await.unwrap();
    let insert = "INSERT INTO tower_loops_events VALUES ('ns', 'evt_7', NULL, true, 'infinity')";
    transaction.batch_execute(insert).await.unwrap();
    let mut claims = start_claims(&store, &events);
    for _ in 1..20 {
        let (_, claim) = timeout(IN_TIME, claims.join_next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(claim.unwrap(), Claim::Claimed);
    }
    transaction.rollback().await.unwrap();
    let (token, claim) = claims.join_next().await.unwrap().unwrap();
    assert_eq!(claim.unwrap(), Claim::Claimed);
    assert_eq!(token.as_bytes(), events[7].1.as_bytes());

    let transaction = other.transaction().await.unwrap();
    let lock = "SELECT FROM tower_loops_events WHERE event_id = 'evt_3' FOR UPDATE";
    transaction.batch_execute(lock).await.unwrap();
    let mut completions = start_completions(&store, &events, Retention::Forever);
    for _ in 1..20 {
        let completion = timeout(IN_TIME, completions.join_next()).await.unwrap();
        assert_eq!(completion.unwrap().unwrap().1.unwrap(), Completion::Held);
    }
    transaction.rollback().await.unwrap();
    let ((id, _), completion) = completions.join_next().await.unwrap().unwrap();
    assert_eq!(
        (id.as_str(), completion.unwrap()),
        ("evt_3", Completion::Held)
    );
}

#[tokio::test]
async fn statements_that_wait_do_not_keep_others_waiting() {
    let server = Server::start().await;
    let store = server.store().await;
    let events = ids(10);
    let mut other = server.pool(1).get().await.unwrap();
    let transaction = other.transaction().await.unwrap();
    let insert = "INSERT INTO tower_loops_events VALUES ('ns', 'evt_0', NULL, true, 'infinity')";
    transaction.batch_execute(insert).await.unwrap();
    // Each alone, because nothing else waits.
    let mut locked = Vec::new();
    for _ in 0..3 {
        locked.push(start_claims(&store, &events[..1]));
        server.until_one_waits_for_a_lock().await;
    }
    let others = timeout(IN_TIME, claim_all(&store, &events[1..])).await;
    assert_eq!(others.unwrap(), [Claim::Claimed; 9]);
    transaction.commit().await.unwrap();
    for claims in locked {
        for (_, claim) in claims.join_all().await {
            assert_eq!(claim.unwrap(), Claim::Done);
        }
    }
}

#[tokio::test]
async fn the_limit_of_a_batch_stays_with_its_transaction() {
    let server = Server::start().await;
    let pool = server.pool(1);
    let store = PostgresStore::new(pool.clone());
    store.ensure_schema().await.unwrap();
    claim_all(&store, &ids(5)).await;
    let client = pool.get().await.unwrap();
    let limit = client.query_one("SHOW lock_timeout", &[]).await.unwrap();
    assert_eq!(limit.get::<_, String>(0), "0");
}

#[tokio::test]
async fn a_batch_outlasts_serialization_failures() {
    let server = Server::start().await;
    let store = server.store().await;
    // As other transactions would, twice.
    let conflicts = "CREATE SEQUENCE conflicts;
        CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('conflicts') <= 2 THEN
                RAISE SQLSTATE '40001';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER conflict AFTER INSERT ON tower_loops_events
            FOR EACH STATEMENT EXECUTE FUNCTION conflict()";
    server.execute(conflicts).await;
    assert_eq!(claim_all(&store, &ids(20)).await, [Claim::Claimed; 20]);
    assert_eq!(server.count(TRANSACTIONS).await, 1, "still together");
}
