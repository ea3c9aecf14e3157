//! The inbox does what every inbox must.

use tower_loops::inbox::conformance;
use tower_loops_sqlite::SqliteInbox;

use crate::support::Folder;

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let folder = Folder::new();
    let inbox = SqliteInbox::open(folder.database()).expect("opened");
    conformance::run(inbox).await;
}
