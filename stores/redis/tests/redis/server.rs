//! A Redis server of one test: on a free port, with its data in a temporary directory, killed when
//! dropped.

use std::{
    env, fs,
    net::TcpListener,
    path::PathBuf,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tower_loops_redis::RedisStore;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    child: Child,
    directory: PathBuf,
    port: u16,
    options: Vec<String>,
}

impl Server {
    /// Starts a server with these options and waits until it is ready.
    pub(crate) async fn start(options: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("tower-loops-redis-{}-{number}", process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir_all(&directory).expect("a temporary directory");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let child = spawn(&directory, port, &options);
        let mut server = Self {
            child,
            directory,
            port,
            options,
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
        let client = Client::open(self.url()).expect("a valid URL");
        let begun = Instant::now();
        loop {
            let ended = self.child.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "Redis ended: was its port taken?");
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

fn spawn(directory: &PathBuf, port: u16, options: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
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
