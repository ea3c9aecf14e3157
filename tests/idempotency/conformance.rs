//! The memory store against the suite that every store must pass.

use tower_loops::idempotency::{MemoryStore, conformance};

#[tokio::test(flavor = "multi_thread")]
async fn memory_store_conforms() {
    conformance::run(MemoryStore::new()).await;
}
