//! The number of side effects so far, as a probe reports it.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use tower_loops::BoxError;

use crate::endpoint::BoxFuture;

pub(crate) type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<u64, BoxError>> + Send + Sync>;

pub(crate) struct Effects {
    pub(crate) probe: Probe,
    /// How many effects the first delivery had.
    pub(crate) each: u64,
    /// How long a receiver that responds first may take to handle an event.
    late: Duration,
    /// After this time without another effect, no more are expected.
    quiet: Duration,
}

/// For a receiver that handles an event before it responds.
const QUIET: Duration = Duration::from_millis(150);

impl Effects {
    pub(crate) fn new(probe: Probe) -> Self {
        Self {
            probe,
            each: 0,
            late: Duration::from_secs(3),
            quiet: QUIET,
        }
    }

    /// An event had no effect. If many have none, each gets less time.
    pub(crate) fn lost_one(&mut self) {
        self.late = (self.late / 2).max(Duration::from_millis(300).max(self.quiet));
    }

    /// An effect came this long after the response: others may take twice as long.
    pub(crate) fn came_after(&mut self, delay: Duration) {
        self.quiet = QUIET.max(2 * delay);
    }

    /// `None` if the probe fails, as it does once the server is gone.
    pub(crate) async fn count(&self) -> Option<u64> {
        (self.probe)().await.ok()
    }

    /// Waits for the wanted number of new effects, or long enough to see unwanted ones.
    pub(crate) async fn settle(&self, before: u64, wanted: u64) -> u64 {
        let start = Instant::now();
        let mut risen = 0;
        let mut since = start;
        loop {
            let now = self.count().await.unwrap_or(before).saturating_sub(before);
            if now != risen {
                (risen, since) = (now, Instant::now());
            }
            let is_enough = wanted > 0 && risen >= wanted;
            let is_quiet = wanted == 0 && since.elapsed() >= self.quiet;
            if is_enough || is_quiet || start.elapsed() >= self.late {
                return risen;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}
