//! What is logged, for tests that look at it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};

/// Where this thread's log goes.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Catches what this thread logs until the guard is dropped.
    pub(crate) fn catch() -> (Self, DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        (log, subscriber.set_default())
    }

    /// The lines of this level that have this text.
    pub(crate) fn count(&self, level: &str, text: &str) -> usize {
        let bytes = self.0.lock().expect("not poisoned").clone();
        let log = String::from_utf8(bytes).expect("text");
        let lines = log.lines().map(str::trim_start);
        lines
            .filter(|line| line.starts_with(level) && line.contains(text))
            .count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
