//! `tower-loops listen --json` on free ports, ended when dropped.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::process::tower_loops;

pub(crate) struct Listening {
    child: Child,
    lines: Receiver<String>,
    /// Where deliveries go, with a slash at the end.
    pub(crate) url: String,
    /// Where the page is, likewise.
    pub(crate) page: String,
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// The output that was not read before.
    pub(crate) lines: Vec<Value>,
    pub(crate) stderr: String,
}

impl Listening {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_command(
            &mut tower_loops(["listen", "127.0.0.1:0", "--json"]),
            arguments,
        )
    }

    pub(crate) fn start_command(command: &mut Command, arguments: &[&str]) -> Self {
        let mut child = (command.args(arguments))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = stdout.lines().map_while(Result::ok);
            lines.try_for_each(|line| send.send(line))
        });
        let mut listening = Self {
            child,
            lines,
            url: String::new(),
            page: String::new(),
        };
        let first = listening.next();
        let text = |name: &str| first[name].as_str().expect("an address").to_owned();
        (listening.url, listening.page) = (text("listening"), text("page"));
        listening
    }

    /// The next line that it prints.
    pub(crate) fn next(&self) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(60));
        serde_json::from_str(&line.expect("another line")).expect("JSON")
    }

    pub(crate) fn interrupt(&self) {
        let kill = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(kill.expect("kill runs").success());
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn end(self) -> Ended {
        self.interrupt();
        self.ended()
    }

    pub(crate) fn ended(mut self) -> Ended {
        let code = self.child.wait().expect("it ends").code();
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().expect("it is piped");
        pipe.read_to_string(&mut stderr).expect("UTF-8");
        let lines = self.lines.iter();
        let lines = lines.map(|line| serde_json::from_str(&line).expect(&line));
        Ended {
            code,
            lines: lines.collect(),
            stderr,
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
