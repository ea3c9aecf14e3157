//! A database server of its own for one test: in a temporary directory, on a Unix socket, stopped
//! when it is dropped.

use std::{
    env, fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{self, Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A directory that is removed in the end.
pub struct Directory(PathBuf);

impl Directory {
    pub fn create() -> Self {
        // A process that was killed has left its directories, and its id may come again.
        let name = |number| format!("tl-engine-{}-{number}", process::id());
        let mut paths = (0..1000).map(|number| env::temp_dir().join(name(number)));
        let path = paths.find(|path| fs::create_dir(path).is_ok());
        Self(path.expect("a temporary directory"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// PostgreSQL, with the user and the database `postgres`.
pub struct Postgres(Directory);

impl Postgres {
    /// Starts a server that does not wait for its disk.
    pub fn start() -> Self {
        Self::start_with("-c fsync=off")
    }

    /// Starts a server with options of its own.
    pub fn start_with(options: &str) -> Self {
        let directory = Directory::create();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(directory.path()));
        }
        let data = directory.path().join("data");
        let mut init = postgres("initdb");
        init.args(["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]);
        run(init.arg("-D").arg(&data));
        let settings = format!(
            "-k {} -c listen_addresses= -c max_connections=100 {options}",
            directory.path().display()
        );
        let log = directory.path().join("log");
        let mut start = postgres("pg_ctl");
        start
            .args(["start", "-w", "-o", &settings, "-D"])
            .arg(&data);
        run(start.arg("-l").arg(log));
        Self(directory)
    }

    pub fn url(&self) -> String {
        format!(
            "postgres:///postgres?host={}&user=postgres",
            self.0.path().display()
        )
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.0.path().join("data");
        run(postgres("pg_ctl")
            .args(["stop", "-w", "-m", "immediate", "-D"])
            .arg(data));
    }
}

/// Redis, with an append-only file.
pub struct Redis {
    directory: Directory,
    server: Child,
}

impl Redis {
    /// Starts a server with options of its own, such as `--appendfsync`.
    pub fn start(options: &[&str]) -> Self {
        let directory = Directory::create();
        let mut server = Command::new(find("redis-server", "redis-server"));
        server.args(["--port", "0", "--unixsocket", "socket", "--save", ""]);
        server.args(["--appendonly", "yes"]).args(options);
        server.current_dir(directory.path()).stdout(Stdio::null());
        let server = server.spawn().expect("redis-server starts");
        let mut started = Self { directory, server };
        let socket = started.directory.path().join("socket");
        wait_until_ready(&mut started.server, &socket);
        started
    }

    pub fn url(&self) -> String {
        let socket = self.directory.path().join("socket");
        format!("redis+unix://{}?protocol=resp3", socket.display())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// MariaDB, with the user `root` and the database `app`.
pub struct MariaDb {
    directory: Directory,
    server: Child,
}

impl MariaDb {
    /// Starts a server with options of its own, such as `--sql-mode=`.
    pub fn start(options: &[&str]) -> Self {
        let directory = Directory::create();
        let data = format!("--datadir={}", directory.path().join("data").display());
        let user = is_root().then_some("--user=root");
        // A server deletes what looks like its own in the folder for temporary files when it starts.
        let program = |name| {
            let mut command = Command::new(find(name, "mariadb-server"));
            command.env("TMPDIR", directory.path());
            command
        };
        let mut install = program("mariadb-install-db");
        install.arg("--no-defaults").args(user).arg(&data);
        run(install.arg("--auth-root-authentication-method=normal"));

        // The installation has anonymous users, who take precedence over named ones.
        let init = directory.path().join("init.sql");
        let sql = "DROP USER IF EXISTS ''@localhost;\nCREATE DATABASE app;\n";
        fs::write(&init, sql).expect("a file in a temporary directory");
        let socket = directory.path().join("socket");
        let mut server = program("mariadbd");
        server.arg("--no-defaults").args(user).arg(&data);
        server.args(["--skip-networking", "--innodb-flush-log-at-trx-commit=0"]);
        server.arg(format!("--init-file={}", init.display()));
        server
            .arg(format!("--socket={}", socket.display()))
            .args(options);
        server.stdout(Stdio::null()).stderr(Stdio::null());
        let server = server.spawn().expect("mariadbd starts");
        let mut started = Self { directory, server };
        wait_until_ready(&mut started.server, &socket);
        started
    }

    pub fn url(&self) -> String {
        let socket = self.directory.path().join("socket");
        format!("mysql://root@localhost/app?socket={}", socket.display())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn wait_until_ready(server: &mut Child, socket: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while UnixStream::connect(socket).is_err() {
        let ended = server.try_wait().expect("the server's status");
        assert!(ended.is_none(), "the server ended: {ended:?}");
        assert!(Instant::now() < deadline, "the server does not start");
        sleep(Duration::from_millis(20));
    }
}

/// A program of PostgreSQL, which does not run as root.
fn postgres(name: &str) -> Command {
    let path = find(name, "postgresql");
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    command.arg(path);
    command
}

/// A program on the path, or where Debian hides it.
fn find(program: &str, package: &str) -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .map(|version| version.path().join("bin"))
        .chain(env::split_paths(&path))
        .chain(["/usr/sbin".into()])
        .map(|directory| directory.join(program))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("{program} is needed: install it (Debian: `apt-get install {package}`)")
        })
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).stdout == b"0\n"
}

fn run(command: &mut Command) {
    let output = output(command.stdin(Stdio::null()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

fn output(command: &mut Command) -> Output {
    let result = command.output();
    result.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}
