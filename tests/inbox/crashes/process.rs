//! A process that runs one test of this program, and prints lines.

use std::{env, ffi::OsStr, io::Write, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// Longer than anything takes on a busy machine.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

const DATABASE: &str = "TOWER_LOOPS_TEST_INBOX";
/// What a process says in its lines, among those of the test harness.
const MARKER: &str = "said: ";
/// The database, in a process that was started by a test.
pub(crate) fn database() -> Option<String> {
    env::var(DATABASE).ok()
}

/// How often something is repeated: `TOWER_LOOPS_TEST_ROUNDS`, or the default.
pub(crate) fn rounds(default: usize) -> usize {
    let rounds = env::var("TOWER_LOOPS_TEST_ROUNDS").ok();
    rounds.map_or(default, |rounds| rounds.parse().unwrap())
}

pub(crate) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts the program again, to run this test only.
    pub(crate) fn start(test: &str, database: impl AsRef<OsStr>) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(DATABASE, database)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// What it says next. `None`: it has ended.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        let heard = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                // The harness may have begun the line.
                if let Some((_, text)) = line.split_once(MARKER) {
                    return Some(text.to_owned());
                }
            }
            None
        };
        tokio::time::timeout(TIMEOUT, heard)
            .await
            .expect("the process says nothing")
    }

    /// Kills it, and hears what it had said.
    pub(crate) async fn kill(mut self) -> Vec<String> {
        self.child.kill().await.unwrap();
        let mut said = Vec::new();
        while let Some(text) = self.hear().await {
            said.push(text);
        }
        said
    }
}

pub(crate) fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // Whole lines at once: a killed process prints no partial line.
    let _ = stdout.write_all(format!("{MARKER}{text}\n").as_bytes());
    let _ = stdout.flush();
}
