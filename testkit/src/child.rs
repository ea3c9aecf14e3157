//! Examples as child processes.

use std::{
    env,
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

use crate::{delivery::PATH, poll::within_reason};

/// The environment variable with the secret of the examples.
pub const VARIABLE: &str = "LOOPS_WEBHOOK_SECRET";

/// The program of an example, as cargo built it beside the test.
///
/// `cargo test` builds the examples first; `cargo test --test NAME` does not.
pub fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/test");
    let program = profile.join("examples").join(name);
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    assert!(program.exists(), "run `cargo build --examples` first");
    program
}

/// A running example. Dropping it kills the process.
pub struct Example {
    child: Child,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    // Read continuously: a process blocks when its pipe is full.
    stderr: JoinHandle<String>,
}

impl Example {
    /// Starts the command on a free port of the loopback interface.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the example starts");
        let stdout = child.stdout.take().expect("it is piped");
        let mut stderr = child.stderr.take().expect("it is piped");
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.expect("text");
            text
        });
        Self {
            child,
            stdout: Some(BufReader::new(stdout).lines()),
            stderr,
        }
    }

    /// The next line on stdout; `None` after the last one.
    pub async fn printed(&mut self) -> Option<String> {
        let line = within_reason(self.stdout.as_mut()?.next_line()).await;
        line.expect("text")
    }

    /// Nobody reads its stdout any more.
    pub fn close_stdout(&mut self) {
        self.stdout = None;
    }

    /// The address in the line `listening on http://ADDRESS/api/webhooks/loops`.
    pub async fn address(&mut self) -> SocketAddr {
        let line = self.printed().await.unwrap_or_default();
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix(PATH))
            .unwrap_or_else(|| panic!("it printed {line:?}"));
        address.parse().expect("an address")
    }

    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub async fn kill(&mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// Waits for its end. Its status and what it wrote to stderr.
    pub async fn end(mut self) -> (ExitStatus, String) {
        let status = within_reason(self.child.wait()).await;
        let stderr = within_reason(self.stderr).await;
        (status.expect("a status"), stderr.expect("no panic"))
    }
}
