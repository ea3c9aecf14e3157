//! What Redis rejects, and what the error says about it.

use std::{error::Error, time::Duration};

use redis::{
    AsyncCommands, Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};
use tower_loops_redis::RedisStore;

use crate::server::{Server, closed_port};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn another_programs_key_is_left_alone() {
    let server = Server::start(&[]);
    let mut manager = server.manager().await;
    let store = server.store().await;
    let _: () = manager.lpush("loops:ns:list", "theirs").await.unwrap();
    let _: () = manager.set("loops:ns:text", "theirs").await.unwrap();
    for id in ["list", "text"] {
        let (key, token) = (EventKey::new("ns", id), Token::random());
        let completed = store.complete(&key, token, Retention::Forever).await;
        let errors = [
            ("claim", store.claim(&key, token, MINUTE).await.err()),
            ("extend", store.extend(&key, token, MINUTE).await.err()),
            ("complete", completed.err()),
            ("release", store.release(&key, token).await.err()),
        ];
        for (operation, error) in errors {
            let name = format!("{operation} on a {id}");
            let (error, kind) = (error.expect(&name), StoreErrorKind::Misconfigured);
            assert_says(&name, &error, kind, "with_prefix");
        }
    }
    let list: Vec<String> = manager.lrange("loops:ns:list", 0, -1).await.unwrap();
    assert_eq!(list, ["theirs"]);
    let text: String = manager.get("loops:ns:text").await.unwrap();
    assert_eq!(text, "theirs");
}

#[tokio::test]
async fn credentials() {
    let server = Server::start(&["--requirepass", "right-horse"]);
    for (name, password) in [("none", ""), ("wrong", "&pass=wrong-horse")] {
        let store = lazy_store(server.url() + password);
        let error = claim_fails(&store).await;
        assert_says(name, &error, StoreErrorKind::Misconfigured, "password");
        let debug = format!("{error:?} {store:?}");
        assert!(!debug.contains("horse"), "{name}: {debug}");
    }
}

#[tokio::test]
async fn permissions() {
    let server = Server::start(&[]);
    let set_user = "ACL SETUSER store on >right-horse ~loops:* +evalsha +script|load +get +set +del \
        +pttl +pexpire +persist";
    server.run(set_user).await;
    let url = server.url() + "&user=store&pass=right-horse";
    let client = Client::open(url).unwrap();
    let theirs = ConnectionManager::new(client).await.unwrap();
    let store = RedisStore::new(theirs.clone());

    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    for lease in [MINUTE, MINUTE, Duration::MAX] {
        let seen = store.claim(&key, token, lease).await.unwrap();
        assert_eq!(seen, Claim::Claimed);
    }
    assert!(store.extend(&key, token, Duration::MAX).await.unwrap());
    let other = store.claim(&key, Token::random(), MINUTE).await.unwrap();
    assert!(matches!(other, Claim::InFlight { .. }), "{other:?}");
    assert!(store.release(&key, token).await.unwrap());
    let completion = store.complete(&key, token, Retention::For(MINUTE)).await;
    completion.unwrap();

    let error = claim_fails(&RedisStore::new(theirs).with_prefix("others")).await;
    let kind = StoreErrorKind::Misconfigured;
    assert_says("others' keys", &error, kind, "permission");
}

#[tokio::test]
async fn no_server() {
    let (_closed, url) = closed_port();
    let error = claim_fails(&lazy_store(url)).await;
    assert_says("no server", &error, StoreErrorKind::Unavailable, "refused");
}

#[tokio::test]
async fn a_replica() {
    let server = Server::start(&[]);
    let store = server.store().await;
    server.run("REPLICAOF 127.0.0.1 1").await;
    let error = claim_fails(&store).await;
    assert_says("a replica", &error, StoreErrorKind::Unavailable, "primary");
}

#[tokio::test]
async fn a_full_server_still_takes_successes_and_finds_duplicates() {
    let server = Server::start(&[]);
    let store = server.store().await;
    let (held, token) = (EventKey::new("ns", "held"), Token::random());
    let seen = store.claim(&held, token, MINUTE).await.unwrap();
    assert_eq!(seen, Claim::Claimed);
    server.run("CONFIG SET maxmemory 1").await;

    let error = claim_fails(&store).await;
    assert_says("full", &error, StoreErrorKind::Full, "maxmemory");
    assert!(store.extend(&held, token, MINUTE).await.unwrap());
    let completion = store.complete(&held, token, Retention::Forever).await;
    assert_eq!(completion.unwrap(), Completion::Held);
    let again = store.claim(&held, Token::random(), MINUTE).await.unwrap();
    assert_eq!(again, Claim::Done);
}

/// A store that connects at its first operation, once.
fn lazy_store(url: String) -> RedisStore {
    let config = ConnectionManagerConfig::new().set_number_of_retries(0);
    let client = Client::open(url).expect("a valid URL");
    let manager = ConnectionManager::new_lazy_with_config(client, config);
    RedisStore::new(manager.expect("not connected yet"))
}

async fn claim_fails(store: &RedisStore) -> StoreError {
    let key = EventKey::new("ns", "rejected");
    let claim = store.claim(&key, Token::random(), MINUTE).await;
    let error = claim.expect_err("a rejection");
    assert!(!error.may_have_taken_effect(), "{error:?}");
    error
}

fn assert_says(name: &str, error: &StoreError, kind: StoreErrorKind, word: &str) {
    let cause = error.source().expect("a cause").to_string();
    assert_eq!(error.kind(), kind, "{name}: {cause}");
    assert!(cause.contains(word), "{name}: {cause}");
}
