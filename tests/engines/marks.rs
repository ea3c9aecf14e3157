//! `mark_processed`: effects and id commit together.

use std::{sync::Arc, time::Duration};

use testkit::poll::until;
use tokio::task::JoinSet;
use tower_loops::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};

use crate::database::{Database, Mark, SqlStore};

const HOUR: Duration = Duration::from_secs(3600);

async fn start() -> (Arc<Database>, SqlStore) {
    let database = Arc::new(Database::start().await);
    let effects = "CREATE TABLE effects (event_id TEXT)";
    database.execute(effects).await;
    let store = database.store().await;
    (database, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_commits_and_rolls_back_with_its_effects() {
    let (database, store) = start().await;
    for (case, id, commits, expected) in [
        ("rolled back", "evt_1", false, Mark::Fresh),
        ("after a rollback", "evt_1", true, Mark::Fresh),
        ("after a commit", "evt_1", true, Mark::Duplicate),
        ("again", "evt_1", false, Mark::Duplicate),
        ("another id", "evt_2", true, Mark::Fresh),
        ("an unusual id", "evt'; \0é", true, Mark::Fresh),
        ("an unusual id again", "evt'; \0é", true, Mark::Duplicate),
        ("another unusual id", "evt'; \0e", true, Mark::Fresh),
    ] {
        let mark = database.process(&store, id, commits).await;
        assert_eq!(mark, expected, "{case}");
    }
    assert_eq!(database.count("effects").await, 4, "each once");
    let another = database.store().await;
    let mark = database.process(&another, "evt_1", true).await;
    assert_eq!(mark, Mark::Duplicate, "for another store");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_makes_the_effects() {
    let (database, store) = start().await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (database, store) = (database.clone(), store.clone());
        tasks.spawn(async move {
            let mut fresh = 0;
            for number in 0..20 {
                let id = format!("evt_{number}");
                let mark = database.process(&store, &id, true).await;
                fresh += usize::from(mark == Mark::Fresh);
            }
            fresh
        });
    }
    let fresh = tasks.join_all().await.into_iter().sum::<usize>();
    assert_eq!((fresh, database.count("effects").await), (20, 20));
    let ids = "(SELECT DISTINCT event_id FROM effects) AS ids";
    assert_eq!(database.count(ids).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_and_a_claim_of_one_event_are_apart() {
    let (database, store) = start().await;
    let [one, other] = ["evt_1", "evt_2"].map(|id| EventKey::new("test", id));
    let token = Token::random();
    let claim = store.claim(&one, token, HOUR).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
    let mark = database.process(&store, "evt_1", true).await;
    assert_eq!(mark, Mark::Fresh);
    let completion = store.complete(&one, token, Retention::For(HOUR)).await;
    assert_eq!(completion.unwrap(), Completion::Held);

    let mark = database.process(&store, "evt_2", true).await;
    assert_eq!(mark, Mark::Fresh);
    let claim = store.claim(&other, token, HOUR).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_ends_with_its_retention_and_is_purged() {
    let (database, store) = start().await;
    let brief = store.clone().with_mark_retention(Duration::ZERO);
    let mark = database.process(&brief, "evt_1", true).await;
    assert_eq!(mark, Mark::Fresh);
    // The shortest retention is a millisecond.
    until("the mark has ended", async || {
        database.process(&store, "evt_1", true).await == Mark::Fresh
    })
    .await;
    let mark = database.process(&brief, "evt_1", true).await;
    assert_eq!(mark, Mark::Duplicate, "marked forever");
    let mark = database.process(&brief, "evt_2", true).await;
    assert_eq!(mark, Mark::Fresh);
    until("the mark that has ended is purged", async || {
        store.purge_expired(10).await.unwrap() == 1
    })
    .await;
    let mark = database.process(&store, "evt_1", true).await;
    assert_eq!(mark, Mark::Duplicate);
}
