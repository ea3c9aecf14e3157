//! A connection of the pool, for one operation.

use std::{ops::Deref, time::Duration};

use deadpool_postgres::{Client, Object, Pool};
use tokio::time::timeout;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

use crate::error;

/// After this time without an answer a connection is taken to be dead.
const LONGEST: Duration = Duration::from_secs(30);

/// Runs an operation to its end, although its caller stops waiting.
///
/// A connection whose answer is outstanding must not go back to the pool: the next operation on it would wait behind the
/// first. Nor may it be closed at once: the server would not notice, and the pool would open more and more of them. So an
/// operation keeps its connection until it is answered, in a task of its own.
pub(crate) async fn run<T, F>(
    pool: &Pool,
    operation: impl FnOnce(Connection) -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    let connection = Connection(Some(pool.get().await.map_err(error::of_pool)?));
    let task = tokio::spawn(timeout(LONGEST, operation(connection)));
    match task.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(elapsed)) => Err(StoreError::new(StoreErrorKind::Unavailable, elapsed)),
        Err(stopped) => Err(StoreError::new(StoreErrorKind::Unavailable, stopped)),
    }
}

/// Goes back to the pool by [`give_back`](Self::give_back), and is closed when it is dropped otherwise.
pub(crate) struct Connection(Option<Client>);

impl Connection {
    pub(crate) fn give_back(mut self) {
        self.0 = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}

impl Deref for Connection {
    type Target = deadpool_postgres::ClientWrapper;

    fn deref(&self) -> &Self::Target {
        self.0
            .as_ref()
            .expect("there is a connection until it is given back")
    }
}
