//! PostgreSQL, for the tests that the engines share.

use tower_loops::idempotency::{EventKey, StoreError};
use tower_loops_postgres::PostgresInbox;
pub(crate) use tower_loops_postgres::{
    INBOX_SCHEMA, Mark, PostgresInbox as SqlInbox, PostgresStore as SqlStore,
};

pub(crate) use crate::server::Server as Database;
use crate::server::{Server, config_in, pool};

pub(crate) const NOW: &str = "now()";
/// The column with the end of a lease or a retention.
pub(crate) const ENDS: &str = "until";

pub(crate) const UNREADABLE: &str = "
    ALTER TABLE tower_loops_inbox
      ALTER COLUMN signed_at DROP NOT NULL, ALTER COLUMN secret_index DROP NOT NULL;
    UPDATE tower_loops_inbox SET payload = '\\x00ff', secret_index = -1 WHERE event_id LIKE '%bad';
    UPDATE tower_loops_inbox SET payload = NULL WHERE event_id LIKE '%empty';
    UPDATE tower_loops_inbox SET signed_at = NULL, secret_index = NULL, payload = NULL
      WHERE event_id LIKE '%null';
    UPDATE tower_loops_inbox SET attempts = 2147483647 WHERE event_id LIKE '%many'";

pub(crate) const WITHOUT_KEY: &str = "
    ALTER TABLE tower_loops_inbox DROP CONSTRAINT tower_loops_inbox_event_id_check;
    UPDATE tower_loops_inbox SET namespace = 'two words' WHERE event_id LIKE '%evt_1';
    UPDATE tower_loops_inbox SET event_id = repeat('x', 256) WHERE event_id LIKE '%evt_2';
    UPDATE tower_loops_inbox SET event_id = '' WHERE event_id LIKE '%evt_3';
    UPDATE tower_loops_inbox SET event_id = 'é' WHERE event_id LIKE '%evt_4'";

pub(crate) fn hours(count: i32) -> String {
    format!("interval '{count} hours'")
}

pub(crate) async fn open_inbox(directory: &str) -> Result<PostgresInbox, StoreError> {
    let inbox = PostgresInbox::new(pool(config_in(directory.as_ref()), 16));
    inbox.ensure_schema().await?;
    Ok(inbox)
}

impl Server {
    pub(crate) async fn inbox(&self) -> PostgresInbox {
        open_inbox(self.directory()).await.unwrap()
    }

    /// Marks an event, and makes its effect if it is fresh, in one transaction.
    pub(crate) async fn process(&self, store: &SqlStore, id: &str, commits: bool) -> Mark {
        let mut client = self.pool(1).get().await.unwrap();
        let transaction = client.transaction().await.unwrap();
        let key = EventKey::new("test", id);
        let mark = store.mark_processed(&transaction, &key).await.unwrap();
        if mark == Mark::Fresh {
            let effect = "INSERT INTO effects VALUES ($1)";
            transaction.execute(effect, &[&key.id()]).await.unwrap();
        }
        if commits {
            transaction.commit().await.unwrap();
        }
        mark
    }
}
