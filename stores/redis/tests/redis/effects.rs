//! Which failed claims are marked as without effect, so that the layer has nothing to release.
//! Those of `errors` are.

use std::time::Duration;

use redis::{
    AsyncCommands, Cmd, Pipeline, RedisFuture, Value,
    aio::{ConnectionLike, ConnectionManager},
};
use tower_loops::idempotency::{Claim, EventKey, EventStore, StoreError, Token};
use tower_loops_redis::RedisStore;

use crate::server::Server;

const MINUTE: Duration = Duration::from_secs(60);

/// A connection of a type that the store does not know: it may repeat commands.
#[derive(Clone)]
struct Unknown(ConnectionManager);

impl ConnectionLike for Unknown {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}

async fn failed_claim(store: &impl EventStore, token: Token) -> StoreError {
    let key = EventKey::new("ns", "evt");
    let claim = store.claim(&key, token, MINUTE).await;
    claim.expect_err("the claim fails")
}

#[tokio::test]
async fn rejected_claim_has_no_effect_unless_the_connection_may_repeat_commands() {
    let server = Server::start(&[]);
    let mut manager = server.manager().await;
    let _: () = manager.set("loops:ns:evt", "theirs").await.unwrap();
    let error = failed_claim(&RedisStore::new(manager.clone()), Token::random()).await;
    assert!(!error.may_have_taken_effect(), "{error:?}");
    let error = failed_claim(&RedisStore::new(Unknown(manager)), Token::random()).await;
    assert!(error.may_have_taken_effect(), "{error:?}");
}

#[tokio::test]
async fn rejected_renewal_leaves_the_claim_in_effect() {
    let server = Server::start(&[]);
    server.run("ACL SETUSER default -pexpire").await;
    let (store, token) = (server.store().await, Token::random());
    let key = EventKey::new("ns", "evt");
    let claim = store.claim(&key, token, MINUTE).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
    let error = failed_claim(&store, token).await;
    assert!(error.may_have_taken_effect(), "{error:?}");
}

#[tokio::test]
async fn claim_without_answer_may_have_taken_effect() {
    let server = Server::start(&[]);
    let store = server.store().await;
    server.signal("-STOP");
    let error = failed_claim(&store, Token::random()).await;
    server.signal("-CONT");
    assert!(error.may_have_taken_effect(), "{error:?}");
}
