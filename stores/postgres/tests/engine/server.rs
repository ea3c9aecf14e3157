//! A PostgreSQL server of one test: in a temporary directory, on a Unix socket.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use deadpool_postgres::{Manager, Pool, Runtime};
use tokio::{net::TcpSocket, time::sleep};
use tokio_postgres::{Config, NoTls};
use tower_loops::idempotency::Token;
use tower_loops_postgres::PostgresStore;

const TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) struct Server {
    directory: PathBuf,
    postmaster: Child,
}

impl Server {
    pub(crate) async fn start() -> Self {
        // A process that was killed has left its directory, and its id may come again.
        let random = Token::random();
        let name = random.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        let directory = env::temp_dir().join(format!("tl-pg-{name}"));
        fs::create_dir(&directory).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&directory));
        }
        let options = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"];
        let data = directory.join("data");
        run(program("initdb").args(options).arg("-D").arg(data));
        let postmaster = spawn(&directory);
        let mut server = Self {
            directory,
            postmaster,
        };
        server.wait_until_ready().await;
        server
    }

    /// Kills the postmaster and its children, which would respond for a moment longer.
    pub(crate) fn kill(&mut self) {
        self.signal_all("-KILL");
        self.postmaster.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.postmaster = spawn(&self.directory);
        self.wait_until_ready().await;
    }

    /// Sends a signal to the postmaster and its children.
    pub(crate) fn signal_all(&self, signal: &str) {
        // A child that ends meanwhile makes `kill` complain.
        let pids = self.pids();
        let _ = Command::new("kill").arg(signal).args(pids).output();
    }

    /// Limits the size of the files that the server writes, in bytes or `unlimited`: a table cannot
    /// grow beyond it, as on a full disk.
    pub(crate) fn limit_files(&self, size: &str) {
        for pid in self.pids() {
            let limit = format!("--fsize={size}:");
            // A child that ends meanwhile makes it complain.
            let mut command = as_postgres("prlimit".as_ref());
            let _ = command.args([&limit, "--pid", &pid]).output();
        }
    }

    fn pids(&self) -> Vec<String> {
        let postmaster = self.postmaster.id();
        let children = format!("/proc/{postmaster}/task/{postmaster}/children");
        let children = fs::read_to_string(children).unwrap();
        let mut pids = vec![postmaster.to_string()];
        pids.extend(children.split_whitespace().map(str::to_owned));
        pids
    }

    pub(crate) fn directory(&self) -> &str {
        self.directory.to_str().unwrap()
    }

    pub(crate) fn config(&self) -> Config {
        config_in(&self.directory)
    }

    /// What a statement counts.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
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

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + TIMEOUT;
        while self.config().connect(NoTls).await.is_err() {
            assert!(Instant::now() < deadline, "PostgreSQL does not start");
            // It does not start beside children of a killed postmaster.
            if self.postmaster.try_wait().unwrap().is_some() {
                self.postmaster = spawn(&self.directory);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal_all("-CONT");
        let pid = self.postmaster.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.postmaster.wait();
        let _ = fs::remove_dir_all(&self.directory);
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

fn spawn(directory: &Path) -> Child {
    let settings = ["listen_addresses=", "fsync=off", "max_connections=100"];
    let mut command = program("postgres");
    command.arg("-D").arg(directory.join("data"));
    command.arg("-k").arg(directory);
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// A program of PostgreSQL, which does not run as root.
fn program(name: &str) -> Command {
    as_postgres(&installation().join(name))
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    command.arg(program);
    command
}

fn installation() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.flatten().map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .chain(env::split_paths(&path))
        .find(|directory| directory.join("initdb").exists())
        .expect("PostgreSQL is needed: install it (Debian: `apt-get install postgresql`)")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}
