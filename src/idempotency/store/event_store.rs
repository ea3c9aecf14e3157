//! The interface of an event store.

use std::{future::Future, sync::Arc, time::Duration};

use super::{Claim, Completion, EventKey, Retention, StoreError, Token};

/// Remembers which events are being handled and which are done.
///
/// A key is *absent*, *held* under a token until its lease ends, or *done* until its retention
/// ends. After that time, held and done are absent. Each operation is one atomic step from a row of
/// this table:
///
/// | operation | absent | held, same token | held, other token | done |
/// |---|---|---|---|---|
/// | [`claim`](Self::claim) | held: `Claimed` | renewed: `Claimed` | `InFlight` | `Done` |
/// | [`extend`](Self::extend) | `false` | renewed: `true` | `false` | `false` |
/// | [`complete`](Self::complete) | done: `LeaseLost` | done: `Held` | done: `LeaseLost` | retention renewed: `LeaseLost` |
/// | [`release`](Self::release) | `false` | absent: `true` | `false` | `false` |
///
/// Completion is monotone: a success is never forgotten because its lease had expired. Release and
/// extension are fenced by the token. Only durations cross this interface: the engine's own clock
/// decides, so the clocks of the machines that share a store need not agree. A store takes any
/// lease and any retention, from a nanosecond to [`Duration::MAX`].
///
/// # Implementing a store
///
/// Write plain `async fn`s. A future may be dropped at any `await`, and the operation be repeated
/// with the same token. Mark errors of operations that changed nothing
/// ([`StoreError::without_effect`]): a failed claim is released unless it is marked. Check the
/// store with `conformance::run` (feature `test-util`).
///
/// A sample, whose engine is a map behind a lock. An SQL engine does each of these steps in one
/// statement or transaction.
///
/// ```
/// use std::{collections::HashMap, sync::Mutex, time::Duration};
/// use tokio::time::Instant;
/// use tower_loops::idempotency::{
///     Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
/// };
///
/// /// The holder, or `None` if done; and the end, or `None` if there is none.
/// type Entry = (Option<Token>, Option<Instant>);
///
/// #[derive(Default)]
/// struct Sample(Mutex<HashMap<EventKey, Entry>>);
///
/// impl Sample {
///     /// One atomic step, from the entry that has not expired.
///     fn step<T>(&self, key: &EventKey, step: impl FnOnce(&mut Option<Entry>) -> T) -> T {
///         let mut entries = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
///         let is_live = |(_, end): &Entry| end.is_none_or(|end| end > Instant::now());
///         let mut entry = entries.remove(key).filter(is_live);
///         let result = step(&mut entry);
///         entries.extend(entry.map(|entry| (key.clone(), entry)));
///         result
///     }
/// }
///
/// fn held(token: Token, lease: Duration) -> Option<Entry> {
///     Some((Some(token), Instant::now().checked_add(lease)))
/// }
///
/// fn is_held_by(entry: &Option<Entry>, token: Token) -> bool {
///     matches!(entry, Some((Some(holder), _)) if *holder == token)
/// }
///
/// impl EventStore for Sample {
///     async fn claim(
///         &self,
///         key: &EventKey,
///         token: Token,
///         lease: Duration,
///     ) -> Result<Claim, StoreError> {
///         Ok(self.step(key, |entry| match *entry {
///             Some((None, _)) => Claim::Done,
///             Some((Some(holder), end)) if holder != token => Claim::InFlight {
///                 retry_after: end.map_or(Duration::MAX, |end| end - Instant::now()),
///             },
///             _ => {
///                 *entry = held(token, lease);
///                 Claim::Claimed
///             }
///         }))
///     }
///
///     async fn extend(
///         &self,
///         key: &EventKey,
///         token: Token,
///         lease: Duration,
///     ) -> Result<bool, StoreError> {
///         Ok(self.step(key, |entry| {
///             let is_mine = is_held_by(entry, token);
///             if is_mine {
///                 *entry = held(token, lease);
///             }
///             is_mine
///         }))
///     }
///
///     async fn complete(
///         &self,
///         key: &EventKey,
///         token: Token,
///         retention: Retention,
///     ) -> Result<Completion, StoreError> {
///         Ok(self.step(key, |entry| {
///             let is_mine = is_held_by(entry, token);
///             let end = match retention {
///                 Retention::For(time) => Instant::now().checked_add(time),
///                 Retention::Forever => None,
///             };
///             *entry = Some((None, end));
///             if is_mine { Completion::Held } else { Completion::LeaseLost }
///         }))
///     }
///
///     async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
///         Ok(self.step(key, |entry| {
///             let is_mine = is_held_by(entry, token);
///             if is_mine {
///                 *entry = None;
///             }
///             is_mine
///         }))
///     }
/// }
///
/// # #[cfg(feature = "test-util")]
/// #[tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     tower_loops::idempotency::conformance::run(Sample::default()).await;
/// }
/// # #[cfg(not(feature = "test-util"))]
/// # fn main() {}
/// ```
pub trait EventStore: Send + Sync + 'static {
    /// Takes the key for a lease, unless it is done or another token holds it. Repeat it with the
    /// same token if its answer was lost.
    fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Renews the lease if this token holds the key. Returns whether it does.
    fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Makes the key done, whichever token holds it. Returns whether this token did.
    fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> impl Future<Output = Result<Completion, StoreError>> + Send;

    /// Makes the key absent if this token holds it. Returns whether it did.
    fn release(
        &self,
        key: &EventKey,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<St: EventStore> EventStore for Arc<St> {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        St::claim(self, key, token, lease).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        St::extend(self, key, token, lease).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        St::complete(self, key, token, retention).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        St::release(self, key, token).await
    }
}
