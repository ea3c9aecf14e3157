//! SQLite, for the tests that the engines share.

use rusqlite::TransactionBehavior;
use tokio::task::block_in_place;
use tower_loops::idempotency::{EventKey, StoreError};
use tower_loops_sqlite::SqliteInbox;
pub(crate) use tower_loops_sqlite::{
    INBOX_SCHEMA, Mark, SqliteInbox as SqlInbox, SqliteStore as SqlStore,
};

pub(crate) use crate::support::Folder as Database;
use crate::support::{Folder, database_in};

/// Any time that is over.
pub(crate) const NOW: &str = "0";
/// The column with the end of a lease or a retention.
pub(crate) const ENDS: &str = "ends_at";

pub(crate) const UNREADABLE: &str = "
    UPDATE tower_loops_inbox SET payload = x'00ff', signed_at = -1, accepted_at = -1,
      secret_index = -1, last_error = CAST(x'ff' AS TEXT) WHERE event_id LIKE '%bad';
    UPDATE tower_loops_inbox SET payload = x'' WHERE event_id LIKE '%empty';
    UPDATE tower_loops_inbox SET payload = NULL WHERE event_id LIKE '%null';
    UPDATE tower_loops_inbox SET attempts = 9223372036854775807 WHERE event_id LIKE '%many'";

pub(crate) const WITHOUT_KEY: &str = "
    PRAGMA ignore_check_constraints = ON;
    UPDATE tower_loops_inbox SET namespace = 'two words' WHERE event_id LIKE '%evt_1';
    UPDATE tower_loops_inbox SET namespace = CAST(x'ff' AS TEXT),
      state = 'pending', last_error = CAST(x'ff' AS TEXT) WHERE event_id LIKE '%evt_2';
    UPDATE tower_loops_inbox SET event_id = 'x' || char(0) WHERE event_id LIKE '%evt_3';
    UPDATE tower_loops_inbox SET event_id = '' WHERE event_id LIKE '%evt_4'";

pub(crate) fn hours(count: i32) -> String {
    format!("{}", count * 3_600_000)
}

pub(crate) async fn open_inbox(directory: &str) -> Result<SqliteInbox, StoreError> {
    SqliteInbox::open(database_in(directory.as_ref()))
}

impl Folder {
    pub(crate) async fn start() -> Self {
        Self::new()
    }

    /// Where other processes find it.
    pub(crate) fn directory(&self) -> &str {
        self.path().to_str().expect("UTF-8")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.run(sql);
    }

    pub(crate) async fn try_execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection().execute_batch(sql)
    }

    /// The rows of a table, or of what else stands behind FROM.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.read(&format!("SELECT count(*) FROM {from}"))
    }

    pub(crate) async fn inbox(&self) -> SqliteInbox {
        open_inbox(self.directory()).await.expect("opened")
    }

    pub(crate) async fn store(&self) -> SqlStore {
        self.open()
    }

    /// Marks an event, and makes its effect if it is fresh, in one transaction.
    pub(crate) async fn process(&self, store: &SqlStore, id: &str, commits: bool) -> Mark {
        block_in_place(|| {
            let mut connection = self.connection();
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let transaction = transaction.expect("begun");
            let key = EventKey::new("test", id);
            let mark = store.mark_processed(&transaction, &key).expect("marked");
            if mark == Mark::Fresh {
                let effect = "INSERT INTO effects VALUES (?1)";
                transaction.execute(effect, [key.id()]).expect("inserted");
            }
            if commits {
                transaction.commit().expect("committed");
            }
            mark
        })
    }
}
