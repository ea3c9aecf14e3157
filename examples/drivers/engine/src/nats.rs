//! NATS with JetStream.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{directory::Directory, program::find};

/// NATS with JetStream, on a port of loopback.
pub struct Nats {
    directory: Directory,
    settings: String,
    address: String,
    server: Child,
}

impl Nats {
    /// Starts a server that accepts messages of 4 MB.
    pub fn start() -> Self {
        Self::start_with("max_payload: 4MB")
    }

    /// Starts a server with these lines in its configuration.
    pub fn start_with(settings: &str) -> Self {
        let directory = Directory::create();
        // -1 is a free port, which the server writes into a file.
        let (server, address) = spawn(&directory, settings, "127.0.0.1:-1");
        Self {
            directory,
            settings: settings.to_owned(),
            address,
            server,
        }
    }

    /// Kills the server.
    pub fn kill(&mut self) {
        self.server.kill().expect("the server is killed");
        self.server.wait().expect("the server's status");
    }

    /// Starts a killed server again, with its files and its port.
    pub fn start_again(&mut self) {
        (self.server, _) = spawn(&self.directory, &self.settings, &self.address);
    }

    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Starts a server. Returns the address that it listens on.
fn spawn(directory: &Directory, settings: &str, address: &str) -> (Child, String) {
    let path = directory.path();
    let config = format!(
        "listen: \"{address}\"\njetstream {{ store_dir: \"{}\" }}\n{settings}\n",
        path.join("store").display()
    );
    let file = path.join("nats.conf");
    fs::write(&file, config).expect("a file in a temporary directory");
    let mut server = Command::new(find("nats-server", "nats-server"));
    server.arg("-c").arg(&file);
    server.arg("--ports_file_dir").arg(path);
    server.stdout(Stdio::null()).stderr(Stdio::null());
    let mut server = server.spawn().expect("nats-server starts");
    let ports = path.join(format!("nats-server_{}.ports", server.id()));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        // `{"nats":["nats://127.0.0.1:4222"]}`
        let text = fs::read_to_string(&ports).unwrap_or_default();
        let address = text
            .split("nats://")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        if let Some(address) = address {
            return (server, address.to_owned());
        }
        let ended = server.try_wait().expect("the server's status");
        assert!(ended.is_none(), "the server ended: {ended:?}");
        assert!(Instant::now() < deadline, "the server does not start");
        sleep(Duration::from_millis(20));
    }
}
