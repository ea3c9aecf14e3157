//! What Loops would have seen: the attempts of one delivery.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::send::Delivered;

/// All attempts of a delivery.
#[derive(Debug, Serialize)]
pub(super) struct Attempts {
    /// Null where there was no answer.
    statuses: Vec<Option<u16>>,
    accepted: bool,
    seconds: f64,
    #[serde(skip)]
    start: Instant,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            statuses: Vec::new(),
            accepted: false,
            seconds: 0.0,
            start: Instant::now(),
        }
    }

    pub(super) fn add(&mut self, delivered: &Delivered) {
        self.statuses.push(delivered.status());
        self.accepted = delivered.is_accepted();
        self.seconds = (self.start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.accepted
    }

    pub(super) fn text(&self) -> String {
        let status = |status: &Option<u16>| status.map_or("no answer".into(), |s| s.to_string());
        let statuses: Vec<String> = self.statuses.iter().map(status).collect();
        let (statuses, count, seconds) = (statuses.join(", "), self.statuses.len(), self.seconds);
        if self.accepted {
            format!(
                "Loops would have seen: {statuses}. Delivered at attempt {count}, after {seconds} s."
            )
        } else {
            format!(
                "Loops would have seen: {statuses}. Not delivered in {count} attempts, {seconds} s."
            )
        }
    }
}

/// The pause before this attempt, counted from 1.
pub(super) fn pause(first: Duration, attempt: u32) -> Duration {
    match attempt.checked_sub(2) {
        None => Duration::ZERO,
        Some(doublings) => first.saturating_mul(2_u32.saturating_pow(doublings)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause;

    #[test]
    fn each_pause_is_twice_as_long() {
        let seconds = |attempt| pause(Duration::from_secs(1), attempt).as_secs();
        assert_eq!([1, 2, 3, 4, 5].map(seconds), [0, 1, 2, 4, 8]);
        assert!(seconds(40) > 1 << 31);
    }
}
