//! The conformance suite, on the queue of these tests.

use tower_loops::inbox::conformance;

use crate::memory_queue::MemoryQueue;

#[tokio::test(flavor = "multi_thread")]
async fn memory_queue_conforms() {
    conformance::run(MemoryQueue::default()).await;
}
