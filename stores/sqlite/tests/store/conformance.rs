//! The suite that every store must pass.

use tower_loops::idempotency::conformance;

use crate::support::{Folder, LONG};

#[tokio::test(flavor = "multi_thread")]
async fn conforms() {
    let folder = Folder::new();
    // A disk that is busy is no fault of the store.
    conformance::run(folder.open().with_busy_timeout(LONG)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_on_a_connection_of_the_users() {
    let connection = rusqlite::Connection::open_in_memory().expect("opened");
    let store = tower_loops_sqlite::SqliteStore::from_connection(connection);
    store.ensure_schema().await.expect("made");
    conformance::run(store).await;
}
