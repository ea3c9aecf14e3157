//! A running example, and what every attack must leave intact.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use testkit::child::{self, VARIABLE};
use tokio::{process::Command, time::sleep};

use super::{
    Raw, SECRET, delivery, genuine_event, received,
    usage::{self, Memory},
    within_reason,
};

/// Both serve HTTP/1.1 and HTTP/2, each in its own way.
pub(crate) const EXAMPLES: [&str; 2] = ["axum", "hyper"];

pub(crate) const MIB: u64 = 1024 * 1024;

/// The growth that a server may show under an attack: twice the limit of one body, while its buffer
/// grows, and what allocators and threads reserve.
const MAX_GROWTH: u64 = 16 * MIB;

/// The body limit of the examples.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// Attacks each example. Afterwards, without the clients of the attack, it [`ends_well`].
///
/// [`ends_well`]: Server::ends_well
pub(crate) async fn each_example(attack: impl AsyncFn(&mut Server)) {
    for example in EXAMPLES {
        println!("attacked: {example}");
        let mut server = Server::start(example).await;
        attack(&mut server).await;
        server.ends_well().await;
    }
}

/// The server. It is killed when this is dropped.
pub(crate) struct Server {
    example: &'static str,
    pub(crate) address: SocketAddr,
    child: child::Example,
    pid: u32,
    sockets: Option<usize>,
    memory: Memory,
}

impl Server {
    /// The example, as cargo built it beside this test, after its first delivery.
    pub(crate) async fn start(example: &'static str) -> Self {
        Self::run(example, Command::new).await
    }

    /// The same with at most this many file descriptors.
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
        let mut command = command(child::example(example));
        command.env(VARIABLE, SECRET);
        // Each thread reserves memory: fix their number for the bounds on memory.
        command.env("TOKIO_WORKER_THREADS", "2");
        let mut child = child::Example::spawn(command);
        let pid = child.id();
        let mut server = Self {
            example,
            address: child.address().await,
            sockets: usage::sockets(pid),
            memory: Memory::default(),
            child,
            pid,
        };
        server.delivers().await;
        server.memory = usage::memory(pid);
        server
    }

    /// A genuine delivery is answered and handled; nothing else was handled since the last one.
    pub(crate) async fn delivers(&mut self) {
        let mut connection = Raw::connect(self.address).await;
        connection.send(delivery(&genuine_event())).await;
        assert_eq!(connection.answer().await, received(), "{}", self.example);
        self.has_handled("hostile.genuine").await;
    }

    /// The next event of the handler has this type. The examples print a line for each.
    pub(crate) async fn has_handled(&mut self, event_type: &str) {
        let line = self.child.printed().await;
        let is_printed = line.as_ref().is_some_and(|line| line.contains(event_type));
        assert!(is_printed, "{}: {line:?}", self.example);
    }

    /// Asserts that its memory never grew by more than [`MAX_GROWTH`].
    pub(crate) fn is_small(&self) {
        let growth = self.growth();
        assert!(growth.peak < MAX_GROWTH, "{growth:?}");
    }

    /// What it has grown since it was started.
    pub(crate) fn growth(&self) -> Memory {
        usage::memory(self.pid).since(self.memory)
    }

    /// Waits until it has this many connections.
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
    /// Waits for 200 ms in which no thread was runnable whenever this looked, and which took at
    /// most 10 ms of CPU, the unit of the file. CPU time alone would not do: on a busy machine, a
    /// thread that spins gets little CPU time, but it is always runnable.
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

    /// The clients have disconnected: the server notices, still serves, then rests. It has handled
    /// nothing else, has not panicked, and has not printed its secret.
    pub(crate) async fn ends_well(mut self) {
        self.has_connections(0).await;
        self.delivers().await;
        self.has_connections(0).await;
        self.rests().await;
        self.child.kill().await;
        let more = self.child.printed().await;
        assert_eq!(more, None, "{} handled something else", self.example);
        let (_, stderr) = self.child.end().await;
        for never in ["panicked", SECRET, "v1="] {
            assert!(!stderr.contains(never), "{}: {stderr}", self.example);
        }
    }
}

/// As many as are asked for, or as this process may open beside the files of the other tests.
pub(crate) fn affordable(connections: usize) -> usize {
    // If the limit is unknown, it may be as low as 256, the default of macOS.
    let limit = usage::open_files_limit().unwrap_or(256);
    connections.min(limit.saturating_sub(150)).max(1)
}
