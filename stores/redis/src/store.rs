//! The store.

use std::{any::TypeId, fmt, sync::Arc, time::Duration};

use redis::{
    FromRedisValue, RedisError, RedisResult, ScriptInvocation,
    aio::{ConnectionLike, ConnectionManager, MultiplexedConnection},
};
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};

use crate::{
    error::{is_rejection, is_without_effect, store_error},
    scripts::Scripts,
    time::{expiry, remaining, retention_expiry},
};

/// Remembers events in Redis 7.0 or later: one key per event, `<prefix>:<namespace>:<id>`, which
/// expires by itself.
///
/// Each operation is one atomic step on that one key, in a cluster too. Redis's clock decides.
/// Times count in milliseconds, rounded up, at least one. Times over 285,000 years never end.
/// Clones share their connection.
///
/// # Errors
///
/// | [`StoreErrorKind`] | when |
/// |---|---|
/// | `Unavailable` | the server cannot be reached, does not answer in time, is loading its data, or is a replica |
/// | `Full` | `maxmemory` is reached: nothing new can be claimed. A success can still be recorded, and a duplicate found |
/// | `Misconfigured` | credentials, permissions, another program's keys, a cluster's node, a server before 7.0; the source says what to do |
/// | `Other` | any other error |
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
    /// A store behind this connection: a [`ConnectionManager`], which reconnects by itself (the
    /// README says with which settings), or a `ClusterConnection`. There is no schema to create.
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
    /// Applications that share a server need different prefixes. Keys contain each colon of the
    /// prefix twice (`a:b` gives `a::b:<namespace>:<id>`), so different prefixes never share a key.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Arc<str>>) -> Self {
        // A namespace is not empty and has no colon, so an uneven run of colons ends the prefix.
        self.prefix = prefix.into().replace(':', "::").into();
        self
    }

    fn name(&self, key: &EventKey) -> String {
        format!("{}:{key}", self.prefix)
    }

    /// Sets the key unless it exists. Returns what it holds otherwise.
    async fn set_if_absent(
        &self,
        name: &str,
        value: &str,
        expiry: &str,
    ) -> RedisResult<Option<Vec<u8>>> {
        let mut set = redis::cmd("SET");
        set.arg(name).arg(value).arg("NX").arg("GET");
        if !expiry.is_empty() {
            set.arg("PX").arg(expiry);
        }
        set.query_async(&mut self.connection.clone()).await
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        script.invoke_async(&mut self.connection.clone()).await
    }

    fn error(&self, error: RedisError) -> StoreError {
        // Other connections may send a command again after an attempt whose answer was lost. Their
        // last error says nothing of that attempt.
        let once = [
            TypeId::of::<ConnectionManager>(),
            TypeId::of::<MultiplexedConnection>(),
        ];
        if once.contains(&TypeId::of::<C>()) && is_without_effect(&error) {
            store_error(error).without_effect()
        } else {
            store_error(error)
        }
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
        let (name, token, lease) = (self.name(key), hex(token), expiry(lease));
        let held = format!("P{token}");
        let is_held = match self.set_if_absent(&name, &held, &lease).await {
            Ok(None) => return Ok(Claim::Claimed),
            Ok(Some(value)) if value == b"D" => return Ok(Claim::Done),
            Ok(Some(value)) => value == held.as_bytes(),
            // The script finds duplicates where writes are rejected.
            Err(error) if is_rejection(&error) => false,
            Err(error) => return Err(self.error(error)),
        };
        let mut script = self.scripts.claim.key(name);
        script.arg(token).arg(lease);
        let claim: RedisResult<(String, i64)> = self.run(&script).await;
        let (state, pttl) = claim.map_err(|error| match is_held {
            // By an earlier attempt: it has taken effect.
            true => store_error(error),
            false => self.error(error),
        })?;
        match &*state {
            "claimed" => Ok(Claim::Claimed),
            "done" => Ok(Claim::Done),
            "in_flight" => Ok(Claim::InFlight {
                retry_after: remaining(pttl),
            }),
            _ => Err(StoreError::new(
                StoreErrorKind::Other,
                "Redis answered the claim with an unknown state",
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
        self.run(&script).await.map_err(|error| self.error(error))
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let mut script = self.scripts.complete.key(self.name(key));
        script.arg(hex(token)).arg(retention_expiry(retention));
        match self.run(&script).await {
            Ok(true) => Ok(Completion::Held),
            Ok(false) => Ok(Completion::LeaseLost),
            Err(error) => Err(self.error(error)),
        }
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let mut script = self.scripts.release.key(self.name(key));
        script.arg(hex(token));
        self.run(&script).await.map_err(|error| self.error(error))
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
