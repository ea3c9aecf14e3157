//! Operations that share a statement are answered as if each had its own.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tower_loops::idempotency::{Claim, Completion, Retention, Token};
use tower_loops_postgres::PostgresStore;

use crate::{
    at_once::{claim_all, complete_all, ids, start_completions},
    server::Server,
};

const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const TRANSACTIONS: &str =
    "(SELECT DISTINCT xmin::text FROM tower_loops_events) AS transactions";

/// Rows before which a greater key was inserted.
const UNSORTED: &str = "(SELECT event_id < lag(event_id)
    OVER (ORDER BY ctid) AS is_unsorted FROM tower_loops_events) AS rows WHERE is_unsorted";

/// How often a pool of one connection has handed it out.
async fn uses(pool: &Pool) -> usize {
    Object::metrics(&pool.get().await.unwrap()).recycle_count
}

#[tokio::test]
async fn operations_at_once_share_a_statement() {
    let server = Server::start().await;
    for (prepared, batches, transactions) in [(false, true, 1), (true, true, 1), (false, false, 50)]
    {
        let pool = server.pool(1);
        let store = PostgresStore::new(pool.clone()).with_prepared_statements(prepared);
        let store = store.with_batches(batches);
        store.ensure_schema().await.unwrap();
        server.execute("TRUNCATE tower_loops_events").await;
        let events = ids(50);
        assert_eq!(claim_all(&store, &events).await, [Claim::Claimed; 50]);
        assert_eq!(server.count(TRANSACTIONS).await, transactions, "{store:?}");
        let unsorted = server.count(UNSORTED).await;
        assert_eq!(unsorted == 0, batches, "{unsorted}: {store:?}");
        complete_all(&store, &events).await;
        assert_eq!(server.count(TRANSACTIONS).await, transactions, "{store:?}");

        let before = uses(&pool).await;
        assert_eq!(claim_all(&store, &ids(50)).await, [Claim::Done; 50]);
        let statements = uses(&pool).await - before;
        assert_eq!(statements < 10, batches, "{statements}: {store:?}");
    }
}

#[tokio::test]
async fn claims_in_a_batch_are_answered_as_each_alone() {
    let server = Server::start().await;
    let store = server.store().await;
    for after_duplicates in [false, true] {
        server.execute("TRUNCATE tower_loops_events").await;
        let rows = "INSERT INTO tower_loops_events VALUES
        ('ns', 'done', NULL, true, 'infinity'), ('ns', 'held', '\\x01', false, 'infinity'),
        ('ns', 'done_before', NULL, true, now()), ('ns', 'held_before', '\\x01', false, now())";
        server.execute(rows).await;
        let own = Token::random();
        claim_all(&store, &[("own".to_owned(), own)]).await;
        if after_duplicates {
            // The next batch expects more of them.
            let duplicates = [(); 20].map(|()| ("done".to_owned(), Token::random()));
            assert_eq!(claim_all(&store, &duplicates).await, [Claim::Done; 20]);
        }

        let in_flight = |retry_after| Claim::InFlight { retry_after };
        let expected = [
            ("absent", Claim::Claimed),
            ("done", Claim::Done),
            ("done_before", Claim::Claimed),
            ("held", in_flight(Duration::MAX)),
            ("held_before", Claim::Claimed),
        ];
        let mut events = vec![("own".to_owned(), own)];
        events.extend(expected.map(|(id, _)| (id.to_owned(), Token::random())));
        let claims = claim_all(&store, &events).await;
        assert_eq!(claims[0], Claim::Claimed, "renewed by its holder");
        assert_eq!(claims[1..], expected.map(|(_, claim)| claim));
    }

    // Of claims of one event, one wins.
    let events = [(); 20].map(|()| ("one".to_owned(), Token::random()));
    let claims = claim_all(&store, &events).await;
    let won = claims.iter().filter(|&&claim| claim == Claim::Claimed);
    assert_eq!(won.count(), 1, "{claims:?}");
    for claim in claims.iter().filter(|&&claim| claim != Claim::Claimed) {
        let is_bounded = matches!(claim, Claim::InFlight { retry_after } if *retry_after <= MINUTE);
        assert!(is_bounded, "{claim:?}");
    }
}

#[tokio::test]
async fn completions_in_a_batch_are_answered_as_each_alone() {
    let server = Server::start().await;
    let store = server.store().await;
    let held = ids(3);
    claim_all(&store, &held).await;
    let by_another = |id: &str| (id.to_owned(), Token::random());
    let lost = [by_another("evt_1"), by_another("absent")];

    let mut forever = start_completions(&store, &held[..1], Retention::Forever);
    let short = [&held[1..], &lost].concat();
    let mut short = start_completions(&store, &short, Retention::For(MINUTE));
    for completions in [&mut forever, &mut short] {
        while let Some(completion) = completions.join_next().await {
            let (event, completion) = completion.unwrap();
            let expected = match held.contains(&event) {
                true => Completion::Held,
                false => Completion::LeaseLost,
            };
            assert_eq!(completion.unwrap(), expected, "{event:?}");
        }
    }
    let done = "tower_loops_events WHERE done AND token IS NULL
        AND completed_at IS NOT NULL";
    assert_eq!(server.count(done).await, 4, "each is done");
    let forever = "tower_loops_events WHERE until = 'infinity'
        AND event_id = 'evt_0'";
    assert_eq!(server.count(forever).await, 1, "by its own retention");
    let short = "tower_loops_events WHERE until < now() + interval '1 hour'
        AND event_id IN ('evt_2', 'absent')";
    assert_eq!(server.count(short).await, 2, "by their own retention");
}
