//! An example, running as a user runs it, and what is expected of it whatever is done to it.

use std::{env, net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
    time::sleep,
};

use super::{
    PATH, SECRET, genuine_event,
    raw::{Raw, delivery},
    received,
    usage::{self, Memory},
    within_reason,
};

const VARIABLE: &str = "LOOPS_WEBHOOK_SECRET";

/// The server. It is killed when this is dropped.
pub(crate) struct Server {
    example: &'static str,
    pub(crate) address: SocketAddr,
    child: Child,
    pid: u32,
    stdout: Lines<BufReader<ChildStdout>>,
    // Read as it is written: a server that waits for somebody to read its complaints serves nobody.
    stderr: JoinHandle<String>,
    sockets: Option<usize>,
    memory: Memory,
}

impl Server {
    /// The example, as cargo built it beside this test, after its first delivery.
    pub(crate) async fn start(example: &'static str) -> Self {
        Self::run(example, Command::new).await
    }

    /// The same with so many file descriptors and no more.
    pub(crate) async fn start_with_files(example: &'static str, files: usize) -> Self {
        let run = |program: PathBuf| {
            let mut shell = Command::new("sh");
            let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
            shell.arg("-c").arg(script).arg(program);
            shell
        };
        Self::run(example, run).await
    }

    async fn run(example: &'static str, command: impl FnOnce(PathBuf) -> Command) -> Self {
        let test = env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let program = profile
            .join("examples")
            .join(example)
            .with_extension(env::consts::EXE_EXTENSION);
        assert!(program.exists(), "run `cargo build --examples` first");
        let mut child = command(program)
            .arg("127.0.0.1:0")
            .env(VARIABLE, SECRET)
            // Each thread sets memory aside. What is measured would depend on how many processors there are.
            .env("TOKIO_WORKER_THREADS", "2")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let pid = child.id().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = within_reason(stdout.next_line()).await.unwrap();
        let line = line.unwrap_or_default();
        let address = line
            .split_once("http://")
            .and_then(|(_, url)| url.strip_suffix(PATH))
            .unwrap_or_else(|| panic!("{example} printed {line:?}"));
        let mut stderr = child.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).await.unwrap();
            String::from_utf8(bytes).unwrap()
        });
        let mut server = Self {
            example,
            address: address.parse().unwrap(),
            sockets: usage::sockets(pid),
            memory: Memory::default(),
            child,
            pid,
            stdout,
            stderr,
        };
        server.delivers().await;
        server.memory = usage::memory(pid);
        server
    }

    /// A genuine delivery is answered and handled, and nothing else was handled since the last one.
    pub(crate) async fn delivers(&mut self) {
        let mut connection = Raw::connect(self.address).await;
        connection.send(delivery(&genuine_event())).await;
        assert_eq!(connection.answer().await, received(), "{}", self.example);
        self.has_handled("hostile.genuine").await;
    }

    /// The next event that the handler got is of this type. The examples print a line for each, with its type.
    pub(crate) async fn has_handled(&mut self, event_type: &str) {
        let line = within_reason(self.stdout.next_line()).await.unwrap();
        let is_printed = line.as_ref().is_some_and(|line| line.contains(event_type));
        assert!(is_printed, "{}: {line:?}", self.example);
    }

    /// What it has grown since it was started.
    pub(crate) fn growth(&self) -> Memory {
        usage::memory(self.pid).since(self.memory)
    }

    /// The CPU time that it has used; none where that cannot be seen.
    pub(crate) fn cpu(&self) -> Duration {
        usage::cpu(self.pid).unwrap_or_default()
    }

    /// Waits until it has this many connections. They can only be counted from outside, so this looks again and again.
    pub(crate) async fn has_connections(&self, count: usize) {
        let Some(own) = self.sockets else { return };
        within_reason(async {
            while usage::sockets(self.pid) != Some(own + count) {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// Waits until it does nothing. A task that wakes itself forever never lets it come to that.
    ///
    /// This can only be seen over time, so it looks at stretches of 200 ms, until there is one in which no thread wanted to run
    /// whenever it was looked at, and which took 10 ms of CPU at most, the unit of what is shown. CPU time alone would not do:
    /// on a busy machine, a thread that spins gets little of it. But it is runnable all the time.
    pub(crate) async fn rests(&self) {
        within_reason(async {
            while let Some(before) = usage::cpu(self.pid) {
                let mut ran = false;
                for _ in 0..20 {
                    sleep(Duration::from_millis(10)).await;
                    ran |= usage::is_runnable(self.pid);
                }
                let used = usage::cpu(self.pid).unwrap() - before;
                if !ran && used <= Duration::from_millis(10) {
                    break;
                }
            }
        })
        .await;
    }

    /// The clients have gone: it has noticed, still serves, does nothing when there is nothing to do, has handled nothing
    /// that was not asked after, and has neither panicked nor given its secret away.
    pub(crate) async fn ends_well(mut self) {
        self.has_connections(0).await;
        self.delivers().await;
        self.has_connections(0).await;
        self.rests().await;
        self.child.kill().await.unwrap();
        let more = within_reason(self.stdout.next_line()).await.unwrap();
        assert_eq!(more, None, "{} handled something else", self.example);
        let stderr = within_reason(self.stderr).await.unwrap();
        for never in ["panicked", SECRET, "v1="] {
            assert!(!stderr.contains(never), "{}: {stderr}", self.example);
        }
    }
}

/// As many as are asked for, or as this process may open beside the files of the other tests.
pub(crate) fn affordable(connections: usize) -> usize {
    // Where the limit cannot be seen, it may be as low as 256, which is what macOS gives.
    let limit = usage::open_files_limit().unwrap_or(256);
    connections.min(limit.saturating_sub(150)).max(1)
}
