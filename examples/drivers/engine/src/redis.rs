//! Redis.

use std::process::{Child, Command, Stdio};

use crate::{
    directory::Directory,
    program::{find, wait_until_ready},
};

/// Redis, with an append-only file.
pub struct Redis {
    directory: Directory,
    server: Child,
}

impl Redis {
    /// Starts a server with these options, such as `--appendfsync`.
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
