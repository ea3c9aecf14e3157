//! MariaDB.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use crate::{
    directory::Directory,
    program::{find, is_root, run, wait_until_ready},
};

/// MariaDB, with the user `root` and the database `app`.
pub struct MariaDb {
    directory: Directory,
    server: Child,
}

impl MariaDb {
    /// Starts a server with these options, such as `--sql-mode=`.
    pub fn start(options: &[&str]) -> Self {
        let directory = Directory::create();
        let data = format!("--datadir={}", directory.path().join("data").display());
        let user = is_root().then_some("--user=root");
        // A server deletes what looks like its own in the folder for temporary files when it
        // starts.
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
