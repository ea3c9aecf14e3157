//! `mark_processed`: effects and mark commit together.

use std::time::Duration;

use sqlx::{Database, Executor, Pool, raw_sql};
use tokio::{task::JoinSet, time::timeout};
use tower_loops::idempotency::{Claim, EventKey, EventStore, Mark, Retention, Token};
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::databases;

/// Marks an event, applies its effect if it is fresh, and commits or rolls back.
async fn handle<DB: Engine>(
    pool: &Pool<DB>,
    store: &SqlxStore<DB>,
    key: &EventKey,
    commit: bool,
) -> Mark
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut transaction = pool.begin().await.unwrap();
    let mark = store.mark_processed(&mut *transaction, key).await.unwrap();
    if mark == Mark::Fresh {
        let effect = raw_sql("INSERT INTO effects VALUES (1)");
        effect.execute(&mut *transaction).await.unwrap();
    }
    if commit {
        transaction.commit().await.unwrap();
    } else {
        transaction.rollback().await.unwrap();
    }
    mark
}

async fn effects<DB: Database>(pool: &Pool<DB>) -> usize
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut connection = pool.acquire().await.unwrap();
    let effects = raw_sql("SELECT * FROM effects");
    effects.fetch_all(&mut *connection).await.unwrap().len()
}

async fn check<DB: Engine>(pool: &Pool<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let store = SqlxStore::new(pool.clone());
    store.ensure_schema().await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let table = raw_sql("CREATE TABLE effects (happened INTEGER)");
    table.execute(&mut *connection).await.unwrap();
    drop(connection);

    commits_and_rolls_back_with_its_effects(pool, &store).await;
    one_of_64_racers_is_fresh(pool, &store).await;
    is_apart_from_claims(pool, &store).await;
    is_forgotten_after_its_retention(pool, &store).await;
}

async fn commits_and_rolls_back_with_its_effects<DB: Engine>(pool: &Pool<DB>, store: &SqlxStore<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let key = EventKey::new("billing", "evt_1");
    assert_eq!(handle(pool, store, &key, false).await, Mark::Fresh);
    assert_eq!(effects(pool).await, 0, "rolled back");
    assert_eq!(handle(pool, store, &key, true).await, Mark::Fresh);
    assert_eq!(handle(pool, store, &key, true).await, Mark::Duplicate);
    assert_eq!(effects(pool).await, 1, "committed once");
    let longest = EventKey::new(&"n".repeat(100), &"i".repeat(255));
    assert_eq!(handle(pool, store, &longest, true).await, Mark::Fresh);
    let other = EventKey::new(&"n".repeat(100), &"j".repeat(255));
    assert_eq!(handle(pool, store, &other, true).await, Mark::Fresh);
}

async fn one_of_64_racers_is_fresh<DB: Engine>(pool: &Pool<DB>, store: &SqlxStore<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let before = effects(pool).await;
    let mut racers = JoinSet::new();
    for _ in 0..64 {
        let (pool, store) = (pool.clone(), store.clone());
        let key = EventKey::new("billing", "evt_of_racers");
        racers.spawn(async move { handle(&pool, &store, &key, true).await });
    }
    let marks = racers.join_all().await;
    let fresh = marks.iter().filter(|&&mark| mark == Mark::Fresh).count();
    assert_eq!((fresh, effects(pool).await - before), (1, 1));
}

async fn is_apart_from_claims<DB: Engine>(pool: &Pool<DB>, store: &SqlxStore<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let (key, token) = (EventKey::new("billing", "evt_claimed"), Token::random());
    let claim = store.claim(&key, token, Duration::from_secs(600)).await;
    assert_eq!(claim.unwrap(), Claim::Claimed);
    assert_eq!(handle(pool, store, &key, true).await, Mark::Fresh);
    assert!(store.release(&key, token).await.unwrap());
    assert_eq!(handle(pool, store, &key, true).await, Mark::Duplicate);
}

async fn is_forgotten_after_its_retention<DB: Engine>(pool: &Pool<DB>, store: &SqlxStore<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let short = store.clone().with_mark_retention(Duration::from_millis(50));
    let forever = store.clone().with_mark_retention(Retention::Forever);
    let key = EventKey::new("billing", "evt_short");
    assert_eq!(handle(pool, &short, &key, true).await, Mark::Fresh);
    let again = async { while handle(pool, &forever, &key, true).await == Mark::Duplicate {} };
    timeout(Duration::from_secs(20), again).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    let (pool, _engine) = databases::mysql().await;
    check(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let (pool, _engine) = databases::postgres().await;
    check(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let (pool, _engine) = databases::sqlite().await;
    check(&pool).await;
}
