//! PostgreSQL, for the tests that the engines share.

use std::sync::Arc;

use tower_loops::idempotency::{EventKey, StoreError};
use tower_loops_postgres::PostgresInbox;
pub(crate) use tower_loops_postgres::{
    INBOX_SCHEMA, Mark, PostgresInbox as SqlInbox, PostgresStore as SqlStore,
};

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

pub(crate) async fn open_inbox(path: &str) -> Result<PostgresInbox, StoreError> {
    let inbox = PostgresInbox::new(pool(config_in(path.as_ref()), 16));
    inbox.ensure_schema().await?;
    Ok(inbox)
}

#[derive(Clone)]
pub(crate) struct Database(Arc<Server>);

impl Database {
    pub(crate) async fn start() -> Self {
        Self(Arc::new(Server::start().await))
    }

    /// Where other processes find it.
    pub(crate) fn path(&self) -> String {
        self.0.directory().to_owned()
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.0.execute(sql).await;
    }

    /// Whether the SQL can be run.
    pub(crate) async fn accepts(&self, sql: &str) -> bool {
        self.0.try_execute(sql).await.is_ok()
    }

    /// The rows of a table, or of what else stands behind FROM.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.0.count(&format!("SELECT count(*) FROM {from}")).await
    }

    pub(crate) async fn inbox(&self) -> PostgresInbox {
        open_inbox(&self.path()).await.unwrap()
    }

    pub(crate) async fn store(&self) -> SqlStore {
        self.0.store().await
    }

    /// Marks an event, and makes its effect if it is fresh, in one transaction.
    pub(crate) async fn process(&self, store: &SqlStore, id: &str, commits: bool) -> Mark {
        let mut client = self.0.pool(1).get().await.unwrap();
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
