//! Runs the binary as a process.

use std::{
    ffi::OsStr,
    process::{Command, Output},
};

use serde_json::Value;

pub(crate) const SECRET: &str = "whsec_of_the_command_tests";

/// The command with the secret set, and nothing else of this environment that it reads.
pub(crate) fn tower_loops<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tower-loops"));
    command
        .args(arguments)
        .env("LOOPS_WEBHOOK_SECRET", SECRET)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS");
    command
}

/// What it wrote and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The lines of stdout, each of which is a JSON object.
    pub(crate) fn json(&self) -> Vec<Value> {
        let object = |line: &str| {
            let value: Value = serde_json::from_str(line).expect(line);
            assert!(value.is_object(), "{line}");
            value
        };
        self.stdout.lines().map(object).collect()
    }
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the command starts");
    Ran::from(output)
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}
