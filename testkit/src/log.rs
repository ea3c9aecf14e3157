//! What a thread logs.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{MakeWriter, Subscriber},
    util::SubscriberInitExt,
};

/// The lines that a thread has logged.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Captures what this thread logs, at this level and above, until the guard is dropped.
    pub fn capture(level: LevelFilter) -> (Self, impl Drop) {
        let log = Self::default();
        let subscriber = Subscriber::builder()
            .with_max_level(level)
            .with_writer(log.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        (log, subscriber.set_default())
    }

    /// Counts the lines of this level with this text so far.
    pub fn count(&self, level: &str, text: &str) -> usize {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log = str::from_utf8(&log).expect("text");
        let lines = log.lines().map(str::trim_start);
        lines
            .filter(|line| line.starts_with(level) && line.contains(text))
            .count()
    }

    /// Takes the lines so far, without the spaces that align their levels.
    pub fn take(&self) -> Vec<String> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8(std::mem::take(&mut *log)).expect("text");
        text.lines()
            .map(|line| line.trim_start().to_owned())
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.write(bytes)
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
