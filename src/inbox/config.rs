//! What the setters of a worker change.

use std::time::Duration;

use crate::{
    inbox::{
        failure::Failure,
        job::Job,
        record::{Outcome, Taken},
    },
    store::jittered,
};

/// The limit of one store call.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) concurrency: usize,
    pub(super) lease: Duration,
    pub(super) max_attempts: u32,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
    pub(super) poll_interval: Duration,
}

impl Config {
    /// The limit of one store call: two fit into a third of the lease.
    pub(super) fn call_limit(&self) -> Duration {
        STORE_TIMEOUT.min(self.lease / 6)
    }

    /// The job of an event that was taken, or why the event is dead without another attempt.
    pub(super) fn job(&self, taken: Taken) -> Result<Job, Failure> {
        if taken.attempt > self.max_attempts {
            let text = taken.last_error.unwrap_or_else(|| {
                "the worker ended while it handled the event, at each attempt".to_owned()
            });
            return Err(Failure::permanent(text));
        }
        let event = taken.event.trust().map_err(|error| {
            Failure::permanent(format!("the stored event cannot be read: {error}"))
        })?;
        Ok(Job {
            event,
            key: taken.key,
            attempt: taken.attempt,
            accepted_at: taken.accepted_at,
            last_error: taken.last_error,
        })
    }

    /// What a failed attempt leads to.
    pub(super) fn outcome(&self, attempt: u32, failure: Failure) -> Outcome {
        let error = failure.text;
        if failure.is_permanent || attempt >= self.max_attempts {
            return Outcome::Dead { error };
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let pause = self.first_pause.saturating_mul(doubled);
        let after = jittered(pause.min(self.longest_pause));
        Outcome::Retry { after, error }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            concurrency: 16,
            lease: Duration::from_secs(60),
            max_attempts: 20,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60 * 60),
            poll_interval: Duration::from_secs(1),
        }
    }
}
