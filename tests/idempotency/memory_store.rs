//! The embedded store: each cell of the state table, and the clock.

use std::time::Duration;

use tokio::time::advance;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, MemoryStore, Retention, Token,
};

pub(crate) const LEASE: Duration = Duration::from_secs(60);
pub(crate) const RETENTION: Retention = Retention::For(Duration::from_secs(600));

pub(crate) fn key(id: impl ToString) -> EventKey {
    EventKey::new("tests", &id.to_string())
}

pub(crate) async fn claim(store: &MemoryStore, id: impl ToString, token: Token) -> Claim {
    let claim = store.claim(&key(id), token, LEASE).await;
    claim.expect("room")
}

pub(crate) async fn complete(store: &MemoryStore, id: impl ToString, token: Token) -> Completion {
    let completion = store.complete(&key(id), token, RETENTION).await;
    completion.expect("room")
}

pub(crate) async fn handle(store: &MemoryStore, id: impl ToString) {
    let (id, token) = (id.to_string(), Token::random());
    assert_eq!(claim(store, &id, token).await, Claim::Claimed, "{id}");
    assert_eq!(complete(store, &id, token).await, Completion::Held, "{id}");
}

/// Without a change of anything that this token does not hold.
pub(crate) async fn state(store: &MemoryStore, id: impl ToString) -> &'static str {
    let (id, token) = (id.to_string(), Token::random());
    match claim(store, &id, token).await {
        Claim::Claimed => {
            let released = store.release(&key(&id), token).await;
            assert!(released.expect("held"), "{id}");
            "absent"
        }
        Claim::InFlight { .. } => "held",
        Claim::Done => "done",
        other => panic!("{other:?}"),
    }
}

/// What an operation by the token `mine` says, in words.
async fn says(store: &MemoryStore, operation: &str, mine: Token) -> String {
    let key = key("evt");
    match operation {
        "claim" => format!("{:?}", claim(store, "evt", mine).await),
        "extend" => format!(
            "{:?}",
            store.extend(&key, mine, LEASE).await.expect("works")
        ),
        "complete" => format!("{:?}", complete(store, "evt", mine).await),
        "release" => format!("{:?}", store.release(&key, mine).await.expect("works")),
        other => panic!("no operation {other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_cell_of_the_state_table() {
    // Each row begins 10 seconds after the entry was made. What the operation says; what the key is then; and what it is
    // 55 and 595 seconds later, when the first lease and the first retention have ended, but not one that was renewed.
    let rows = [
        ("absent", "claim", "Claimed", ["held", "held", "absent"]),
        ("absent", "extend", "false", ["absent"; 3]),
        ("absent", "complete", "LeaseLost", ["done"; 3]),
        ("absent", "release", "false", ["absent"; 3]),
        ("mine", "claim", "Claimed", ["held", "held", "absent"]),
        ("mine", "extend", "true", ["held", "held", "absent"]),
        ("mine", "complete", "Held", ["done"; 3]),
        ("mine", "release", "true", ["absent"; 3]),
        (
            "other's",
            "claim",
            "InFlight { retry_after: 50s }",
            ["held", "absent", "absent"],
        ),
        ("other's", "extend", "false", ["held", "absent", "absent"]),
        ("other's", "complete", "LeaseLost", ["done"; 3]),
        ("other's", "release", "false", ["held", "absent", "absent"]),
        ("done", "claim", "Done", ["done", "done", "absent"]),
        ("done", "extend", "false", ["done", "done", "absent"]),
        ("done", "complete", "LeaseLost", ["done"; 3]),
        ("done", "release", "false", ["done", "done", "absent"]),
    ];
    for (before, operation, expected, after) in rows {
        let case = format!("{operation} of {before}");
        let store = MemoryStore::new();
        let mine = Token::random();
        match before {
            "mine" => assert_eq!(claim(&store, "evt", mine).await, Claim::Claimed),
            "other's" => assert_eq!(claim(&store, "evt", Token::random()).await, Claim::Claimed),
            "done" => {
                claim(&store, "evt", mine).await;
                complete(&store, "evt", mine).await;
            }
            _ => {}
        }
        advance(Duration::from_secs(10)).await;
        assert_eq!(says(&store, operation, mine).await, expected, "{case}");

        assert_eq!(state(&store, "evt").await, after[0], "{case}: at once");
        advance(Duration::from_secs(55)).await;
        assert_eq!(
            state(&store, "evt").await,
            after[1],
            "{case}: past the lease"
        );
        advance(Duration::from_secs(540)).await;
        assert_eq!(
            state(&store, "evt").await,
            after[2],
            "{case}: past the retention"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn time_ends_what_it_must_to_the_moment() {
    let store = MemoryStore::new();
    let (first, second) = (Token::random(), Token::random());
    claim(&store, "evt", first).await;
    advance(LEASE - Duration::from_millis(1)).await;
    let retry_after = Duration::from_millis(1);
    assert_eq!(
        claim(&store, "evt", second).await,
        Claim::InFlight { retry_after }
    );
    advance(retry_after).await;
    assert!(
        !store
            .extend(&key("evt"), first, LEASE)
            .await
            .expect("works")
    );
    assert!(!store.release(&key("evt"), first).await.expect("works"));
    assert_eq!(claim(&store, "evt", second).await, Claim::Claimed);
    assert_eq!(complete(&store, "evt", first).await, Completion::LeaseLost);
    assert!(!store.release(&key("evt"), second).await.expect("works"));
    assert_eq!(claim(&store, "evt", second).await, Claim::Done);
}

#[tokio::test(start_paused = true)]
async fn some_events_are_remembered_forever() {
    let store = MemoryStore::new();
    for (id, retention) in [
        ("forever", Retention::Forever),
        ("as long as can be", Retention::For(Duration::MAX)),
        ("not at all", Retention::For(Duration::ZERO)),
    ] {
        let completed = store.complete(&key(id), Token::random(), retention).await;
        assert!(completed.is_ok(), "{id}");
    }
    assert_eq!(state(&store, "not at all").await, "absent");
    advance(Duration::from_secs(100 * 365 * 24 * 60 * 60)).await;
    assert_eq!(state(&store, "forever").await, "done");
    assert_eq!(state(&store, "as long as can be").await, "done");
}

#[tokio::test]
async fn clones_are_one_store() {
    let store = MemoryStore::new();
    handle(&store.clone(), "evt").await;
    assert_eq!(state(&store, "evt").await, "done");
    assert_eq!(state(&MemoryStore::new(), "evt").await, "absent");
}
