//! What there is in Redis: keys, values, expiries.

use std::time::Duration;

use redis::AsyncCommands;
use tower_loops::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};
use tower_loops_redis::RedisStore;

use crate::server::Server;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn one_key_per_event_that_ends_with_its_lease_or_retention() {
    let server = Server::start(&[]);
    let mut manager = server.manager().await;
    let store = RedisStore::new(manager.clone()).with_prefix("shop");
    let never = -1..=-1;
    let kept = |time| Retention::For(time);
    let (always, max) = (Retention::Forever, Duration::MAX);
    let rows = [
        ("minute", MINUTE, kept(2 * MINUTE), 1..=60_000, 1..=120_000),
        ("all-time", max, kept(max), never.clone(), never.clone()),
        ("forever", MINUTE, always, 1..=60_000, never),
    ];
    for (id, lease, retention, held_for, done_for) in rows {
        let (key, token) = (EventKey::new("ns", id), Token::random());
        let name = format!("shop:ns:{id}");
        let seen = store.claim(&key, token, lease).await.unwrap();
        assert_eq!(seen, Claim::Claimed, "{id}");
        let value: String = manager.get(&name).await.unwrap();
        assert_eq!((value.len(), &value[..1]), (33, "P"), "{id}: {value}");
        let pttl: i64 = manager.pttl(&name).await.unwrap();
        assert!(held_for.contains(&pttl), "{id} claimed: {pttl}");

        let completion = store.complete(&key, token, retention).await.unwrap();
        assert_eq!(completion, Completion::Held, "{id}");
        let value: String = manager.get(&name).await.unwrap();
        assert_eq!(value, "D", "{id}");
        let pttl: i64 = manager.pttl(&name).await.unwrap();
        assert!(done_for.contains(&pttl), "{id} done: {pttl}");
    }
    let names: Vec<String> = manager.keys("*").await.unwrap();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[tokio::test]
async fn a_renewed_claim_takes_the_new_lease_longer_or_shorter() {
    let server = Server::start(&[]);
    let mut manager = server.manager().await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    let rows = [
        (MINUTE, 1..=60_000),
        (Duration::MAX, -1..=-1),
        (2 * MINUTE, 60_001..=120_000),
        (MINUTE, 1..=60_000),
    ];
    for (lease, held_for) in rows.clone() {
        let claim = store.claim(&key, token, lease).await.unwrap();
        assert_eq!(claim, Claim::Claimed);
        let pttl: i64 = manager.pttl("loops:ns:evt").await.unwrap();
        assert!(held_for.contains(&pttl), "claimed for {lease:?}: {pttl}");
    }
    for (lease, held_for) in rows {
        assert!(store.extend(&key, token, lease).await.unwrap());
        let pttl: i64 = manager.pttl("loops:ns:evt").await.unwrap();
        assert!(held_for.contains(&pttl), "extended for {lease:?}: {pttl}");
    }
}

#[tokio::test]
async fn prefixes_with_colons_share_no_key() {
    let server = Server::start(&[]);
    let rows = [("a", "b", "c:d"), ("a:b", "c", "d"), ("a", "b", ":c:d")];
    for (prefix, namespace, id) in rows {
        let store = server.store().await.with_prefix(prefix);
        let key = EventKey::new(namespace, id);
        let claim = store.claim(&key, Token::random(), MINUTE).await;
        assert_eq!(claim.unwrap(), Claim::Claimed, "{prefix} {key}");
    }
    let names: Vec<String> = server.manager().await.keys("*").await.unwrap();
    assert_eq!(names.len(), rows.len(), "{names:?}");
}

#[tokio::test]
async fn a_new_event_takes_two_commands_and_a_duplicate_one() {
    let server = Server::start(&[]);
    let store = server.store().await;
    let (warm_up, key) = (EventKey::new("ns", "warm up"), EventKey::new("ns", "evt"));
    let complete = store.complete(&warm_up, Token::random(), Retention::Forever);
    complete.await.unwrap();
    let commands = async || -> usize {
        let mut manager = server.manager().await;
        let stats: String = redis::cmd("INFO")
            .arg("commandstats")
            .query_async(&mut manager)
            .await
            .unwrap();
        let calls = |line: &str| -> Option<usize> {
            let (name, counts) = line.split_once(":calls=")?;
            let is_counted = ["cmdstat_set", "cmdstat_evalsha"].contains(&name);
            is_counted.then(|| counts.split(',').next()?.parse().ok())?
        };
        // A script's own commands count too: `complete` calls `SET` once.
        stats.lines().filter_map(calls).sum()
    };
    let before = commands().await;
    let token = Token::random();
    store.claim(&key, token, MINUTE).await.unwrap();
    assert_eq!(commands().await, before + 1, "claim");
    let complete = store.complete(&key, token, Retention::Forever);
    complete.await.unwrap();
    assert_eq!(commands().await, before + 3, "complete");
    store.claim(&key, Token::random(), MINUTE).await.unwrap();
    assert_eq!(commands().await, before + 4, "duplicate");
}
