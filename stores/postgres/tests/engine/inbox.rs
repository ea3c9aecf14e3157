//! The inbox does what every inbox must.

use tower_loops::inbox::conformance;
use tower_loops_postgres::PostgresInbox;

use crate::server::Server;

async fn inbox(server: &Server) -> PostgresInbox {
    let inbox = PostgresInbox::new(server.pool(16));
    inbox.ensure_schema().await.unwrap();
    inbox
}

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let server = Server::start().await;
    conformance::run(inbox(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms_with_prepared_statements() {
    let server = Server::start().await;
    conformance::run(inbox(&server).await.with_prepared_statements(true)).await;
}
