//! The store.

use std::{fmt, sync::Arc, time::Duration};

use redis::{FromRedisValue, ScriptInvocation, aio::ConnectionLike, aio::ConnectionManager};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};

use crate::{
    error::store_error,
    scripts::Scripts,
    time::{expiry, remaining, retention_expiry},
};

/// Remembers events in Redis 7.0 or later: one key per event, `<prefix>:<namespace>:<id>`, which expires by itself.
///
/// Each operation is one script on that one key, and so one step, in a cluster as well. Redis's clock decides. Times count in
/// milliseconds, rounded up, at least one; what is longer than 285,000 years never ends. Clones share their connection.
///
/// # Errors
///
/// | [`StoreErrorKind`] | when |
/// |---|---|
/// | `Unavailable` | the server cannot be reached, does not answer in time, is loading its data, or is a replica |
/// | `Full` | `maxmemory` is reached: nothing new can be claimed. A success can still be recorded, and a duplicate found |
/// | `Misconfigured` | credentials, permissions, another program's keys, a cluster's node, a server before 7.0; the source says what to do |
/// | `Other` | anything else that Redis says |
#[derive(Clone)]
pub struct RedisStore<C = ConnectionManager> {
    connection: C,
    prefix: Arc<str>,
    scripts: Arc<Scripts>,
}

impl<C> RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    /// Keeps events at the other end of this connection: a [`ConnectionManager`], which reconnects by itself (the README says
    /// with which settings), or a `ClusterConnection`. There is no schema to create.
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self {
            connection,
            prefix: "loops".into(),
            scripts: Arc::new(Scripts::new()),
        }
    }

    /// Sets what the keys begin with. Default: `loops`.
    ///
    /// Applications that share a server have different prefixes. There should be no colon in them: `a` and `a:b` can meet in
    /// one key.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn name(&self, key: &EventKey) -> String {
        format!("{}:{key}", self.prefix)
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        script
            .invoke_async(&mut connection)
            .await
            .map_err(store_error)
    }
}

impl<C> EventStore for RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let mut script = self.scripts.claim.key(self.name(key));
        script.arg(hex(token)).arg(expiry(lease));
        let (state, pttl): (String, i64) = self.run(&script).await?;
        match &*state {
            "claimed" => Ok(Claim::Claimed),
            "done" => Ok(Claim::Done),
            "in_flight" => Ok(Claim::InFlight {
                retry_after: remaining(pttl),
            }),
            _ => Err(StoreError::new(
                StoreErrorKind::Other,
                "Redis answered the claim with a state that there is not",
            )),
        }
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let mut script = self.scripts.extend.key(self.name(key));
        script.arg(hex(token)).arg(expiry(lease));
        self.run(&script).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let mut script = self.scripts.complete.key(self.name(key));
        script.arg(hex(token)).arg(retention_expiry(retention));
        let was_held: bool = self.run(&script).await?;
        Ok(if was_held {
            Completion::Held
        } else {
            Completion::LeaseLost
        })
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let mut script = self.scripts.release.key(self.name(key));
        script.arg(hex(token));
        self.run(&script).await
    }
}

// A connection's own `Debug` may show where it leads.
impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

fn hex(token: Token) -> String {
    format!("{:032x}", u128::from_be_bytes(*token.as_bytes()))
}
