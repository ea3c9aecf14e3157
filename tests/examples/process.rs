//! Running an example, and ending the one that runs on.

use std::{
    env,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

pub(crate) const SECRET: &str = "whsec_of_the_examples_test";

/// The example, with the secret set and nothing else of this environment that it reads.
pub(crate) fn example(name: &str) -> Command {
    let mut command = Command::new(path(name));
    command
        .env("LOOPS_WEBHOOK_SECRET", SECRET)
        .env_remove("NO_COLOR");
    command
}

/// `cargo test` builds the examples beside the tests: `target/<profile>/examples` and `target/<profile>/deps`.
fn path(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/test");
    let path = profile
        .join("examples")
        .join(name)
        .with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "the example {name} is not built: run `cargo build --examples`, or all of `cargo test`"
    );
    path
}

/// What an example wrote and how it ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the example starts");
    Ran {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("UTF-8"),
        stderr: String::from_utf8(stderr).expect("UTF-8"),
    }
}

/// The example `axum` on a free port, ended when dropped.
pub(crate) struct Serving {
    child: Child,
    lines: Receiver<String>,
    pub(crate) url: String,
}

impl Serving {
    pub(crate) fn start() -> Self {
        let mut child = example("axum")
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("axum starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        let mut serving = Self {
            child,
            lines,
            url: String::new(),
        };
        let first = serving.line();
        let url = first.strip_prefix("listening on ");
        serving.url = url
            .unwrap_or_else(|| panic!("not where it listens: {first}"))
            .to_owned();
        serving
    }

    /// The next line that the server prints.
    pub(crate) fn line(&self) -> String {
        self.lines
            .recv_timeout(Duration::from_secs(120))
            .expect("the server prints another line")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
