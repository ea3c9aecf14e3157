//! What a thread logs.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing_subscriber::{filter::LevelFilter, fmt::Subscriber, util::SubscriberInitExt};

/// The lines that a thread has logged.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Captures what this thread logs, at this level and above, until the guard is dropped.
    pub fn capture(level: LevelFilter) -> (Self, impl Drop) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = Subscriber::builder()
            .with_max_level(level)
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        (log, subscriber.set_default())
    }

    /// Counts the lines of this level with this text so far.
    pub fn count(&self, level: &str, text: &str) -> usize {
        let is_counted = |line: &&String| line.starts_with(level) && line.contains(text);
        self.lines().iter().filter(is_counted).count()
    }

    /// Takes the lines so far.
    pub fn take(&self) -> Vec<String> {
        let lines = self.lines();
        self.bytes().clear();
        lines
    }

    /// Without the spaces that align their levels.
    fn lines(&self) -> Vec<String> {
        let bytes = self.bytes();
        let lines = str::from_utf8(&bytes).expect("text").lines();
        lines.map(|line| line.trim_start().to_owned()).collect()
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
