//! What is executed in batches.

use std::sync::Arc;

use deadpool_postgres::Client;
use tower_loops::idempotency::{EventKey, StoreError};

use crate::connection::Connections;

/// A kind of operations, such as the claims of a store.
pub(crate) trait Batched: Clone + Send + Sync + 'static {
    type Operation: Send + Sync + 'static;
    type Outcome: Send + 'static;

    /// The most operations of one statement.
    const MOST: usize;

    fn connections(&self) -> &Connections;

    fn key(operation: &Self::Operation) -> &EventKey;

    /// The bytes of an operation, where they are worth a limit.
    fn size(_: &Self::Operation) -> usize {
        0
    }

    /// Executes one operation.
    fn alone(
        &self,
        client: Client,
        operation: &Self::Operation,
    ) -> impl Future<Output = Result<Self::Outcome, StoreError>> + Send;

    /// Executes several by one statement. They are sorted by key; a key may be there twice.
    /// Operations with the outcome `None` are then executed alone.
    fn together(
        &self,
        client: Client,
        operations: &[Arc<Self::Operation>],
    ) -> impl Future<Output = Result<Vec<Option<Self::Outcome>>, StoreError>> + Send;
}
