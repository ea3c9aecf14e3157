//! PostgreSQL: against one prepared insert, by as many tasks with a connection each.

use std::time::{Duration, Instant};

use deadpool_postgres::{
    Manager, Pool,
    tokio_postgres::{NoTls, types::Type},
};
use engine::Postgres as Server;
use tokio::task::JoinSet;
use tower_loops_postgres::{PostgresInbox, PostgresStore};

use crate::{engine::Engine, inbox::InboxEngine};

const CONNECTIONS: usize = 64;

pub(crate) struct Postgres<const PREPARED: bool> {
    pool: Pool,
    // Stopped last.
    _server: Server,
}

impl<const PREPARED: bool> Postgres<PREPARED> {
    pub(crate) fn new() -> Self {
        let server = Server::start_with("");
        let config = server.url().parse().expect("a valid URL");
        let pool = Pool::builder(Manager::new(config, NoTls)).max_size(CONNECTIONS);
        Self {
            pool: pool.build().expect("a pool"),
            _server: server,
        }
    }

    fn store(&self, table: &str) -> PostgresStore {
        let store = PostgresStore::new(self.pool.clone()).with_table(table);
        store.expect("a name").with_prepared_statements(PREPARED)
    }

    async fn run(&self, sql: &str) {
        let client = self.pool.get().await.expect("connected");
        client.batch_execute(sql).await.expect("run");
    }

    async fn number(&self, sql: &str) -> u64 {
        let client = self.pool.get().await.expect("connected");
        let row = client.query_one(sql, &[]).await.expect("read");
        row.get::<_, i64>(0).unsigned_abs()
    }

    /// Inserts rows by hand, from this number of tasks with a connection each.
    async fn inserts(&self, tasks: usize, each: usize, are_prepared: bool) -> Duration {
        let schema = self.store("floor");
        schema.ensure_schema().await.expect("created");
        self.run("TRUNCATE floor").await;
        let sql = "INSERT INTO floor (namespace, event_id, done, until) VALUES ('billing', $1, true, 'infinity')";
        let mut clients = Vec::new();
        for _ in 0..tasks {
            let client = self.pool.get().await.expect("connected");
            let insert = client.prepare_cached(sql).await.expect("prepared");
            clients.push((client, insert));
        }
        let mut running = JoinSet::new();
        let start = Instant::now();
        for (task, (client, insert)) in clients.into_iter().enumerate() {
            running.spawn(async move {
                for number in task * each..(task + 1) * each {
                    let id = format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{number:08}");
                    let inserted = match are_prepared {
                        true => client.execute(&insert, &[&id]).await,
                        false => client.execute_typed(sql, &[(&id, Type::TEXT)]).await,
                    };
                    inserted.expect("inserted");
                }
            });
        }
        running.join_all().await;
        start.elapsed()
    }
}

impl<const PREPARED: bool> Engine for Postgres<PREPARED> {
    type Store = PostgresStore;

    const NAME: &str = if PREPARED {
        "PostgreSQL, prepared statements"
    } else {
        "PostgreSQL"
    };
    const FLOOR: &str = "one prepared insert (fsync = on)";
    const FLOOR_EVENTS: usize = 100;
    const EVENTS: usize = 100;

    async fn empty_store(&self) -> PostgresStore {
        let store = self.store("events");
        store.ensure_schema().await.expect("created");
        self.run("TRUNCATE events").await;
        store
    }

    async fn floor(&self, tasks: usize, each: usize) -> Duration {
        self.inserts(tasks, each, true).await
    }

    async fn fill(&self, _: &PostgresStore, rows: u64) {
        let sql = format!(
            "INSERT INTO events (namespace, event_id, done, until, completed_at)
            SELECT 'growth', 'charge.succeeded:evt_' || md5(n::text), true, now(), now()
            FROM generate_series(1, {rows}) AS n"
        );
        self.run(&sql).await;
    }

    async fn size(&self, _: &PostgresStore) -> u64 {
        self.number("SELECT pg_total_relation_size('events')").await
    }

    async fn purge(&self, store: &PostgresStore) {
        store.purge_expired(1_000).await.expect("purged");
    }

    async fn expired(&self, _: &PostgresStore) -> u64 {
        self.number("SELECT count(*) FROM events WHERE until < now()")
            .await
    }
}

impl<const PREPARED: bool> InboxEngine for Postgres<PREPARED> {
    type Inbox = PostgresInbox;

    const INBOX_FLOOR: &str = if PREPARED {
        Self::FLOOR
    } else {
        "one insert that is not prepared either (fsync = on)"
    };

    async fn insert(&self, tasks: usize, each: usize) -> Duration {
        self.inserts(tasks, each, PREPARED).await
    }

    async fn empty_inbox(&self) -> PostgresInbox {
        let inbox = PostgresInbox::new(self.pool.clone()).with_prepared_statements(PREPARED);
        inbox.ensure_schema().await.expect("created");
        self.run("TRUNCATE tower_loops_inbox").await;
        inbox
    }

    async fn fill_inbox(&self, handled: u64, waiting: u64) {
        for (state, count) in [("handled", handled), ("pending", waiting)] {
            let sql = format!(
                "INSERT INTO tower_loops_inbox (namespace, event_id, state, due_at, received_at, signed_at, secret_index, payload)
                SELECT 'fill', '{state}' || n, '{state}', now() - interval '1 day' + n * interval '1 millisecond', now(), now(), 0,
                '{{\"id\":\"evt\",\"type\":\"charge.succeeded\"}}'::text::bytea FROM generate_series(1, {count}) AS n"
            );
            self.run(&sql).await;
        }
        self.run("ANALYZE tower_loops_inbox").await;
    }
}
