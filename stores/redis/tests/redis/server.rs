//! A Redis server of one test: on a free port, with its data in a temporary directory, killed when
//! dropped.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::net::TcpSocket;
use tower_loops::idempotency::Token;
use tower_loops_redis::RedisStore;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

const SOCKET: &str = "socket";

pub(crate) struct Server {
    child: Child,
    directory: PathBuf,
    port: u16,
    options: Vec<String>,
    /// Its clients know its port.
    was_ready: bool,
}

impl Server {
    /// Starts a server with these options and waits until it is ready.
    pub(crate) async fn start(options: &[&str]) -> Self {
        // A process that was killed has left its directory, and its id may come again.
        let random = Token::random();
        let name = random.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        let directory = env::temp_dir().join(format!("tower-loops-redis-{name}"));
        fs::create_dir(&directory).expect("a temporary directory");
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let port = free_port();
        let child = spawn(&directory, port, &options);
        let mut server = Self {
            child,
            directory,
            port,
            options,
            was_ready: false,
        };
        server.wait_until_ready().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// With the settings that the README recommends.
    pub(crate) async fn manager(&self) -> ConnectionManager {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(usize::MAX)
            .set_max_delay(Duration::from_millis(500));
        let url = format!("{}/?protocol=resp3", self.url());
        let client = Client::open(url).expect("a valid URL");
        ConnectionManager::new_with_config(client, config)
            .await
            .expect("the server is ready")
    }

    /// Runs a command, which must succeed.
    pub(crate) async fn run(&self, command: &str) {
        let (name, arguments) = command.split_once(' ').expect("arguments");
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let mut manager = self.manager().await;
        let mut cmd = redis::cmd(name);
        let outcome = cmd.arg(arguments).exec_async(&mut manager).await;
        outcome.expect(command);
    }

    pub(crate) async fn store(&self) -> RedisStore {
        RedisStore::new(self.manager().await)
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("there is a `kill` command");
        assert!(status.success(), "kill {signal}");
    }

    pub(crate) fn kill(&mut self) {
        self.signal("-KILL");
        self.child.wait().expect("it ends when it is killed");
    }

    /// Starts it again on the same port and data.
    pub(crate) async fn restart(&mut self) {
        self.child = spawn(&self.directory, self.port, &self.options);
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&mut self) {
        let begun = Instant::now();
        // Another program may have its port, and answer there. It makes this file once the port is
        // its own.
        while !self.directory.join(SOCKET).exists() {
            assert!(begun.elapsed() < TIMEOUT, "Redis does not start");
            if self.child.try_wait().expect("a child of ours").is_some() {
                if !self.was_ready {
                    self.port = free_port();
                }
                self.child = spawn(&self.directory, self.port, &self.options);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.was_ready = true;
        let client = Client::open(self.url()).expect("a valid URL");
        loop {
            let error = match client.get_multiplexed_async_connection().await {
                Ok(mut connection) => match redis::cmd("PING").exec_async(&mut connection).await {
                    Ok(()) => return,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            // It answers, though it asks for a password.
            if error.code() == Some("NOAUTH") {
                return;
            }
            assert!(begun.elapsed() < TIMEOUT, "Redis does not start: {error}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have been killed before, and a directory that is left does no harm.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A port without a server, as a URL. No other program can take it while the socket is kept.
pub(crate) fn closed_port() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let any = "127.0.0.1:0".parse().expect("an address");
    socket.bind(any).expect("a free port");
    let url = format!("redis://{}", socket.local_addr().expect("an address"));
    (socket, url)
}

/// Free for now: another program may take it.
fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("an address").port()
}

fn spawn(directory: &Path, port: u16, options: &[String]) -> Child {
    // The socket of a killed server.
    let _ = fs::remove_file(directory.join(SOCKET));
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--unixsocket", SOCKET])
        .args(["--save", "", "--maxmemory-policy", "noeviction"])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(options)
        .current_dir(directory)
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("these tests need `redis-server` 7.0 or later on the PATH (Debian: apt-get install redis-server): {error}")
        })
}
