//! A Redis server of one test.

use std::{process::Command, time::Duration};

use engine::Redis;
use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use testkit::poll::until;
use tokio::net::TcpSocket;
use tower_loops_redis::RedisStore;

pub(crate) struct Server(Redis);

impl Server {
    /// Starts a server with these options, which writes before it answers.
    pub(crate) fn start(options: &[&str]) -> Self {
        let durable = [
            "--appendfsync",
            "always",
            "--maxmemory-policy",
            "noeviction",
        ];
        Self(Redis::start(&[&durable, options].concat()))
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// With the settings that the README recommends.
    pub(crate) async fn manager(&self) -> ConnectionManager {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(usize::MAX)
            .set_max_delay(Duration::from_millis(500));
        let client = Client::open(self.url()).expect("a valid URL");
        let mut manager = ConnectionManager::new_with_config(client, config)
            .await
            .expect("the server is ready");
        until("its files are loaded", async || {
            redis::cmd("PING").exec_async(&mut manager).await.is_ok()
        })
        .await;
        manager
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
        let mut kill = Command::new("kill");
        let status = kill.args([signal, &self.0.id().to_string()]).status();
        assert!(status.expect("a `kill` command").success(), "kill {signal}");
    }

    pub(crate) fn kill(&mut self) {
        self.0.kill();
    }

    pub(crate) fn start_again(&mut self) {
        self.0.start_again();
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
