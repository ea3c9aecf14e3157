//! Redis: against one `SET NX`, by as many tasks on the same connection.

use std::time::{Duration, Instant};

use engine::Redis as Server;
use redis::{
    Client, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::{task::JoinSet, time::sleep};
use tower_loops_redis::RedisStore;

use crate::engine::Engine;

pub(crate) struct Redis {
    server: Server,
}

impl Redis {
    pub(crate) fn new() -> Self {
        let options = ["--appendfsync", "everysec", "--enable-debug-command", "yes"];
        Self {
            server: Server::start(&options),
        }
    }

    async fn connection(&self) -> ConnectionManager {
        let config = ConnectionManagerConfig::new().set_response_timeout(None);
        let client = Client::open(self.server.url()).expect("a valid URL");
        let connected = ConnectionManager::new_with_config(client, config).await;
        connected.expect("connected")
    }

    async fn run(&self, command: &[&str]) {
        let (name, arguments) = command.split_first().expect("a command");
        let (mut command, mut connection) = (redis::cmd(name), self.connection().await);
        let run = command.arg(arguments).exec_async(&mut connection).await;
        run.expect("run");
    }

    /// A number of `INFO`.
    async fn info(&self, name: &str) -> u64 {
        let info: String = redis::cmd("INFO")
            .query_async(&mut self.connection().await)
            .await
            .expect("read");
        let (_, rest) = info.split_once(name).unwrap_or_default();
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    }
}

impl Engine for Redis {
    type Store = RedisStore;

    const NAME: &str = "Redis";
    const FLOOR: &str = "one SET NX (append-only file, appendfsync everysec)";
    const FLOOR_EVENTS: usize = 1_000;
    const EVENTS: usize = 1_000;

    async fn empty_store(&self) -> RedisStore {
        self.run(&["FLUSHALL", "SYNC"]).await;
        RedisStore::new(self.connection().await)
    }

    async fn floor(&self, tasks: usize, each: usize) -> Duration {
        self.run(&["FLUSHALL", "SYNC"]).await;
        let connection = self.connection().await;
        let mut running = JoinSet::new();
        let start = Instant::now();
        for task in 0..tasks {
            let mut connection = connection.clone();
            running.spawn(async move {
                for number in task * each..(task + 1) * each {
                    let id = format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{number:08}");
                    let mut set = redis::cmd("SET");
                    set.arg(format!("floor:{id}")).arg("D").arg("NX");
                    set.arg("PX").arg(2_592_000_000_u64);
                    set.exec_async(&mut connection).await.expect("set");
                }
            });
        }
        running.join_all().await;
        start.elapsed()
    }

    /// Expired keys that Redis has not deleted yet: a setting prevents it until the purge.
    async fn fill(&self, _: &RedisStore, rows: u64) {
        const AT_ONCE: u64 = 10_000;
        self.run(&["DEBUG", "SET-ACTIVE-EXPIRE", "0"]).await;
        let mut connection = self.connection().await;
        let script = Script::new(
            "for number = ARGV[1], ARGV[2] do
            local id = string.format('evt_%032x', number)
            redis.call('SET', 'loops:growth:charge.succeeded:' .. id, 'D', 'PX', 1)
        end",
        );
        for first in (1..=rows).step_by(AT_ONCE as usize) {
            let mut fill = script.arg(first);
            fill.arg(rows.min(first + AT_ONCE - 1));
            let filled: RedisResult<()> = fill.invoke_async(&mut connection).await;
            filled.expect("filled");
        }
    }

    async fn size(&self, _: &RedisStore) -> u64 {
        self.info("used_memory:").await
    }

    async fn purge(&self, store: &RedisStore) {
        self.run(&["DEBUG", "SET-ACTIVE-EXPIRE", "1"]).await;
        while self.expired(store).await > 100 {
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// And up to 16 that are held.
    async fn expired(&self, _: &RedisStore) -> u64 {
        self.info("expires=").await
    }
}
