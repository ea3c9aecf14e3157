//! Operations that are all under way before the first statement is sent.

use std::{collections::HashMap, time::Duration};

use tokio::task::JoinSet;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};
use tower_loops_postgres::PostgresStore;

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn key(id: &str) -> EventKey {
    EventKey::new("ns", id)
}

pub(crate) fn ids(count: usize) -> Vec<(String, Token)> {
    let id = |number| (format!("evt_{number}"), Token::random());
    (0..count).map(id).collect()
}

/// Claims all of them before the first statement is sent: the runtime of a test has one thread.
pub(crate) fn start_claims(
    store: &PostgresStore,
    events: &[(String, Token)],
) -> JoinSet<(Token, Result<Claim, StoreError>)> {
    let mut claims = JoinSet::new();
    for (id, token) in events.iter().cloned() {
        let store = store.clone();
        claims.spawn(async move { (token, store.claim(&key(&id), token, MINUTE).await) });
    }
    claims
}

pub(crate) async fn claim_all(store: &PostgresStore, events: &[(String, Token)]) -> Vec<Claim> {
    let claims = start_claims(store, events).join_all().await;
    let mut claims: HashMap<_, _> = claims
        .into_iter()
        .map(|(token, claim)| (*token.as_bytes(), claim.unwrap()))
        .collect();
    let claim = |(_, token): &(String, Token)| claims.remove(token.as_bytes()).unwrap();
    events.iter().map(claim).collect()
}

pub(crate) fn start_completions(
    store: &PostgresStore,
    events: &[(String, Token)],
    retention: Retention,
) -> JoinSet<((String, Token), Result<Completion, StoreError>)> {
    let mut completions = JoinSet::new();
    for (id, token) in events.iter().cloned() {
        let store = store.clone();
        completions.spawn(async move {
            let completion = store.complete(&key(&id), token, retention).await;
            ((id, token), completion)
        });
    }
    completions
}

pub(crate) async fn complete_all(store: &PostgresStore, events: &[(String, Token)]) {
    let completions = start_completions(store, events, Retention::Forever);
    for ((id, _), completion) in completions.join_all().await {
        assert_eq!(completion.unwrap(), Completion::Held, "{id}");
    }
}
