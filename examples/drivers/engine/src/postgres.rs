//! PostgreSQL.

use std::{path::Path, process::Command};

use crate::{
    directory::Directory,
    program::{find, is_root, run},
};

/// PostgreSQL, with the user and the database `postgres`.
pub struct Postgres {
    directory: Directory,
    settings: String,
}

impl Postgres {
    /// Starts a server that does not wait for its disk.
    pub fn start() -> Self {
        Self::start_with("-c fsync=off")
    }

    /// Starts a server with these options.
    pub fn start_with(options: &str) -> Self {
        let directory = Directory::create();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(directory.path()));
        }
        let data = directory.path().join("data");
        let mut init = Self::program("initdb");
        init.args(["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]);
        run(init.arg("-D").arg(data));
        let settings = format!(
            "-k {} -c listen_addresses= -c max_connections=100 {options}",
            directory.path().display()
        );
        let server = Self {
            directory,
            settings,
        };
        server.start_again();
        server
    }

    pub fn url(&self) -> String {
        format!(
            "postgres:///postgres?host={}&user=postgres",
            self.directory.path().display()
        )
    }

    /// Where its socket is, and its files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Stops the server as a crash would.
    pub fn stop(&self) {
        run(self.control("stop").args(["-m", "immediate"]));
    }

    /// Starts a stopped server again, with its files and its address.
    pub fn start_again(&self) {
        let log = self.directory.path().join("log");
        run(self
            .control("start")
            .args(["-o", &self.settings, "-l"])
            .arg(log));
    }

    /// A program as the user of the server, which does not run as root.
    pub fn program(name: &str) -> Command {
        let path = find(name, "postgresql");
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(path);
        command
    }

    fn control(&self, action: &str) -> Command {
        let mut command = Self::program("pg_ctl");
        let data = self.directory.path().join("data");
        command.args([action, "-w", "-D"]).arg(data);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A test may have stopped it.
        if self.directory.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}
