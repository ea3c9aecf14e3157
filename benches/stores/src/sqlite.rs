//! SQLite: against one row inserted a transaction, by one thread on one connection.

use std::{
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use rusqlite::{Connection, params};
use tower_loops_sqlite::{SCHEMA, SqliteInbox, SqliteStore};

use crate::{engine::Engine, inbox::InboxEngine};

pub(crate) struct Sqlite {
    /// Removed when the bench ends.
    folder: PathBuf,
    files: AtomicUsize,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        let name = format!("tower-loops-bench-{}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a folder for temporary files");
        Self {
            folder,
            files: AtomicUsize::new(0),
        }
    }

    fn file(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number}.db"))
    }

    fn new_file(&self) -> PathBuf {
        self.file(self.files.fetch_add(1, Ordering::Relaxed))
    }

    fn number(&self, sql: &str) -> u64 {
        let number: i64 = self
            .newest()
            .query_row(sql, [], |row| row.get(0))
            .expect("read");
        number.unsigned_abs()
    }

    /// The database that was made last.
    fn newest(&self) -> Connection {
        let number = self.files.load(Ordering::Relaxed) - 1;
        connection(self.file(number))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn connection(file: PathBuf) -> Connection {
    let connection = Connection::open(file).expect("opened");
    let set = |name, value| connection.pragma_update(None, name, value);
    set("journal_mode", "WAL").expect("set");
    set("synchronous", "FULL").expect("set");
    connection
}

impl Engine for Sqlite {
    type Store = SqliteStore;

    const NAME: &str = "SQLite";
    const FLOOR: &str = "one insert a transaction (WAL, synchronous = FULL)";
    const FLOOR_EVENTS: usize = 5;
    const EVENTS: usize = 100;

    async fn empty_store(&self) -> SqliteStore {
        SqliteStore::open(self.new_file()).expect("opened")
    }

    async fn floor(&self, tasks: usize, each: usize) -> Duration {
        let connection = connection(self.new_file());
        connection.execute_batch(SCHEMA).expect("made");
        let sql = "INSERT INTO tower_loops_events VALUES ('billing', ?1, NULL, 253402300799999)";
        let mut insert = connection.prepare(sql).expect("prepared");
        let start = Instant::now();
        for number in 0..tasks * each {
            let id = format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{number:08}");
            insert.execute(params![id]).expect("inserted");
        }
        start.elapsed()
    }

    async fn fill(&self, _: &SqliteStore, rows: u64) {
        const AT_ONCE: u64 = 100_000;
        let connection = self.newest();
        // In the default cache of 2 MB, each random key would be a page from the disk.
        let cached = connection.pragma_update(None, "cache_size", -1_000_000);
        cached.expect("set");
        let sql = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ?1)
            INSERT INTO tower_loops_events
            SELECT 'growth', 'charge.succeeded:evt_' || lower(hex(randomblob(16))), NULL, n FROM numbers";
        for filled in (0..rows).step_by(AT_ONCE as usize) {
            let count = AT_ONCE.min(rows - filled) as i64;
            connection.execute(sql, params![count]).expect("filled");
        }
        // What the fill has left to write must not slow down what follows.
        let checkpoint = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
        checkpoint.expect("written");
    }

    async fn size(&self, _: &SqliteStore) -> u64 {
        self.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    }

    async fn purge(&self, store: &SqliteStore) {
        store.purge_expired(1_000).await.expect("purged");
    }

    async fn expired(&self, _: &SqliteStore) -> u64 {
        self.number("SELECT count(*) FROM tower_loops_events WHERE ends_at < 1000000000000")
    }
}

impl InboxEngine for Sqlite {
    type Inbox = SqliteInbox;

    async fn empty_inbox(&self) -> SqliteInbox {
        SqliteInbox::open(self.new_file()).expect("opened")
    }

    async fn fill_inbox(&self, handled: u64, waiting: u64) {
        let connection = self.newest();
        for (state, count) in [("handled", handled), ("pending", waiting)] {
            let sql = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ?1)
                INSERT INTO tower_loops_inbox (namespace, event_id, state, due_at, accepted_at, received_at, signed_at, secret_index, payload)
                SELECT 'fill', ?2 || n, ?2, 1000 * n, 1, 1, 1, 0, CAST('{\"id\":\"evt\",\"type\":\"charge.succeeded\"}' AS BLOB) FROM numbers";
            connection
                .execute(sql, params![count as i64, state])
                .expect("filled");
        }
    }
}
