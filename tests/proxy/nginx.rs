//! An nginx process with its defaults, in a temporary folder.

use std::{
    env, fs,
    net::SocketAddr,
    path::PathBuf,
    process::{self, Child, Command},
    time::Duration,
};

use tokio::{
    net::UnixStream,
    time::{Instant, sleep},
};

/// Dropping it stops the process and deletes the folder.
pub(crate) struct Nginx {
    child: Child,
    folder: PathBuf,
}

impl Nginx {
    /// Forwards requests to these servers, as one upstream.
    pub(crate) async fn start(servers: &[SocketAddr]) -> Self {
        // A process that was killed has left its folders, and its id may come again.
        let name = |number| format!("tower-loops-proxy-{}-{number}", process::id());
        let mut folders = (0..1000).map(|number| env::temp_dir().join(name(number)));
        let folder = folders.find(|folder| fs::create_dir(folder).is_ok());
        let folder = folder.expect("a folder for temporary files");
        fs::write(folder.join("nginx.conf"), configuration(servers)).unwrap();
        let child = Command::new(program())
            .arg("-p")
            .arg(&folder)
            .args(["-c", "nginx.conf", "-e", "error.log"])
            // The path of its socket is relative to this.
            .current_dir(&folder)
            .spawn()
            .unwrap();
        let mut nginx = Self { child, folder };
        let deadline = Instant::now() + Duration::from_secs(120);
        while nginx.connect().await.is_err() {
            let status = nginx.child.try_wait().unwrap();
            let is_starting = status.is_none() && Instant::now() < deadline;
            assert!(is_starting, "nginx: {status:?}, {}", nginx.errors());
            sleep(Duration::from_millis(10)).await;
        }
        nginx
    }

    pub(crate) async fn connect(&self) -> std::io::Result<UnixStream> {
        UnixStream::connect(self.folder.join("socket")).await
    }

    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.folder.join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// On the path, or where Debian installs it, which is on the path of root only.
fn program() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let mut programs = folders.map(|folder| folder.join("nginx"));
    let program = programs.find(|program| program.is_file());
    program.expect("these tests need nginx: `apt-get install nginx-light`")
}

/// One process in the foreground, and all files in its folder. Everything else is the default:
/// `client_max_body_size 1m`, request buffering, HTTP/1.0 to the servers, `max_fails=1` and
/// `fail_timeout=10s`.
fn configuration(servers: &[SocketAddr]) -> String {
    let servers: String = servers.iter().map(|at| format!("server {at};")).collect();
    format!(
        "daemon off;
        master_process off;
        pid nginx.pid;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            upstream servers {{ {servers} }}
            server {{
                listen unix:socket;
                location / {{ proxy_pass http://servers; }}
            }}
        }}"
    )
}
