//! A PostgreSQL server of one test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use deadpool_postgres::{Manager, Object, Pool, Runtime};
use engine::Postgres;
use tokio::net::TcpSocket;
use tokio_postgres::{Config, NoTls, types::FromSql};
use tower_loops_postgres::PostgresStore;

const TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) struct Server(Postgres);

impl Server {
    pub(crate) async fn start() -> Self {
        Self(Postgres::start())
    }

    /// Ends the server as a crash would.
    pub(crate) fn kill(&self) {
        self.0.stop();
    }

    pub(crate) fn start_again(&self) {
        self.0.start_again();
    }

    fn pid_file(&self) -> PathBuf {
        self.0.directory().join("data/postmaster.pid")
    }

    /// Sends a signal to the postmaster and its children.
    pub(crate) fn signal_all(&self, signal: &str) {
        // `kill` complains about a child that has ended.
        let pids = self.pids();
        let _ = Command::new("kill").arg(signal).args(pids).output();
    }

    /// Limits the size of the files that the server writes, in bytes or `unlimited`: a table cannot
    /// grow beyond it, as on a full disk.
    pub(crate) fn limit_files(&self, size: &str) {
        for pid in self.pids() {
            let limit = format!("--fsize={size}:");
            // A child that ends meanwhile makes it complain.
            let mut command = Postgres::program("prlimit");
            let _ = command.args([&limit, "--pid", &pid]).output();
        }
    }

    fn pids(&self) -> Vec<String> {
        let file = fs::read_to_string(self.pid_file()).unwrap();
        let postmaster = file.lines().next().unwrap();
        let children = format!("/proc/{postmaster}/task/{postmaster}/children");
        let children = fs::read_to_string(children).unwrap();
        let pids = children.split_whitespace().chain([postmaster]);
        pids.map(str::to_owned).collect()
    }

    pub(crate) fn directory(&self) -> &str {
        self.0.directory().to_str().unwrap()
    }

    pub(crate) fn config(&self) -> Config {
        config_in(self.0.directory())
    }

    /// The rows of a table, or of what else stands behind FROM.
    pub(crate) async fn count(&self, from: &str) -> i64 {
        self.read(&format!("SELECT count(*) FROM {from}")).await
    }

    /// The version of the only row: a lock is in `xmax`, another version in `xmin` and `ctid`.
    pub(crate) async fn version_in(&self, table: &str) -> String {
        let version = "SELECT concat(ctid, ' ', xmin, ' ', xmax) FROM";
        self.read(&format!("{version} {table}")).await
    }

    async fn read<T: for<'a> FromSql<'a>>(&self, sql: &str) -> T {
        let client = self.pool(1).get().await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) fn pool(&self, connections: usize) -> Pool {
        pool(self.config(), connections)
    }

    /// A store with its table.
    pub(crate) async fn store(&self) -> PostgresStore {
        let store = PostgresStore::new(self.pool(16));
        store.ensure_schema().await.unwrap();
        store
    }

    /// A store whose sessions have these options.
    pub(crate) fn store_with(&self, options: &str) -> PostgresStore {
        let mut config = self.config();
        config.options(options);
        PostgresStore::new(pool(config, 16))
    }

    /// A connection that has locked this table, until it commits or ends.
    pub(crate) async fn lock(&self, table: &str) -> Object {
        let client = self.pool(1).get().await.unwrap();
        let lock = format!("BEGIN; LOCK TABLE {table}");
        client.batch_execute(&lock).await.unwrap();
        client
    }

    /// Runs SQL apart from any pool.
    pub(crate) async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap();
    }

    pub(crate) async fn try_execute(&self, sql: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = self.config().connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await
    }

    pub(crate) async fn until_one_waits_for_a_lock(&self) {
        let client = self.pool(1).get().await.unwrap();
        let deadline = Instant::now() + TIMEOUT;
        let waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while client.query(waiting, &[]).await.unwrap().is_empty() {
            assert!(Instant::now() < deadline, "no connection waits for a lock");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that is paused does not stop.
        if self.pid_file().exists() {
            self.signal_all("-CONT");
        }
    }
}

/// Of the server with its socket in this directory.
pub(crate) fn config_in(directory: &Path) -> Config {
    let mut config = Config::new();
    config.host_path(directory).user("postgres");
    config.dbname("postgres");
    config
}

pub(crate) fn pool(config: Config, connections: usize) -> Pool {
    Pool::builder(Manager::new(config, NoTls))
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(20)))
        .create_timeout(Some(Duration::from_secs(5)))
        .build()
        .unwrap()
}

/// A port without a listener. No other program can take it while the socket is kept.
pub(crate) fn closed_port() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}
