//! The store does what every store must, however its statements are executed.

use tower_loops::idempotency::conformance;

use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn conforms_without_prepared_statements() {
    let server = Server::start().await;
    conformance::run(server.store().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_without_batches() {
    let server = Server::start().await;
    conformance::run(server.store().await.with_batches(false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_with_prepared_statements() {
    let server = Server::start().await;
    conformance::run(server.store().await.with_prepared_statements(true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_with_serializable_transactions_in_a_table_of_another_schema() {
    let server = Server::start().await;
    server.execute("CREATE SCHEMA other").await;
    let store = server.store_with("-c default_transaction_isolation=serializable");
    let store = store.with_table("other.Events").unwrap();
    store.ensure_schema().await.unwrap();
    conformance::run(store).await;
}
