//! A store whose type is not known until the program runs.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{Claim, Completion, EventKey, EventStore, Retention, StoreError, Token};

/// Any [`EventStore`] behind one type: for a program that chooses its store from its configuration.
/// Cheap to clone. Each operation costs one allocation.
///
/// ```
/// use tower_loops::idempotency::{AnyStore, IdempotencyLayer, MemoryStore};
///
/// let store = match std::env::var("STORE").as_deref() {
///     // Ok("postgres") => AnyStore::new(PostgresStore::new(pool)),
///     _ => AnyStore::new(MemoryStore::new()),
/// };
/// let layer = IdempotencyLayer::new(store);
/// ```
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Erased>);

impl AnyStore {
    /// Hides the type of a store.
    #[must_use]
    pub fn new(store: impl EventStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyStore(..)")
    }
}

impl EventStore for AnyStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.0.boxed_claim(key, token, lease).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        self.0.boxed_extend(key, token, lease).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        self.0.boxed_complete(key, token, retention).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        self.0.boxed_release(key, token).await
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The twin of [`EventStore`] that can be a trait object. Its names differ, so that no call is
/// ambiguous.
trait Erased: Send + Sync {
    fn boxed_claim<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        lease: Duration,
    ) -> Boxed<'a, Claim>;
    fn boxed_extend<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        lease: Duration,
    ) -> Boxed<'a, bool>;
    fn boxed_complete<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        retention: Retention,
    ) -> Boxed<'a, Completion>;
    fn boxed_release<'a>(&'a self, key: &'a EventKey, token: Token) -> Boxed<'a, bool>;
}

impl<St: EventStore> Erased for St {
    fn boxed_claim<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        lease: Duration,
    ) -> Boxed<'a, Claim> {
        Box::pin(self.claim(key, token, lease))
    }

    fn boxed_extend<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        lease: Duration,
    ) -> Boxed<'a, bool> {
        Box::pin(self.extend(key, token, lease))
    }

    fn boxed_complete<'a>(
        &'a self,
        key: &'a EventKey,
        token: Token,
        retention: Retention,
    ) -> Boxed<'a, Completion> {
        Box::pin(self.complete(key, token, retention))
    }

    fn boxed_release<'a>(&'a self, key: &'a EventKey, token: Token) -> Boxed<'a, bool> {
        Box::pin(self.release(key, token))
    }
}
