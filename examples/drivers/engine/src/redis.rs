//! Redis.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use crate::{
    directory::Directory,
    program::{find, wait_until_ready},
};

/// Redis, with an append-only file.
pub struct Redis {
    directory: Directory,
    options: Vec<String>,
    server: Child,
}

impl Redis {
    /// Starts a server with these options, such as `--appendfsync`.
    pub fn start(options: &[&str]) -> Self {
        let directory = Directory::create();
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        let server = spawn(&directory, &options);
        Self {
            directory,
            options,
            server,
        }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Kills the server.
    pub fn kill(&mut self) {
        self.server.kill().expect("the server is killed");
        self.server.wait().expect("the server's status");
    }

    /// Starts a killed server again, with its files and its address.
    pub fn start_again(&mut self) {
        self.server = spawn(&self.directory, &self.options);
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

fn spawn(directory: &Directory, options: &[String]) -> Child {
    let socket = directory.path().join("socket");
    // The socket of a killed server.
    let _ = fs::remove_file(&socket);
    let mut server = Command::new(find("redis-server", "redis-server"));
    server.args(["--port", "0", "--unixsocket", "socket", "--save", ""]);
    server.args(["--appendonly", "yes"]).args(options);
    server.current_dir(directory.path()).stdout(Stdio::null());
    let mut server = server.spawn().expect("redis-server starts");
    wait_until_ready(&mut server, &socket);
    server
}
