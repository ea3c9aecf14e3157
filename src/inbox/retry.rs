//! Whether and when an event is tried again, or dead.

use crate::{
    inbox::{
        config::Config,
        failure::Failure,
        job::Job,
        record::{Outcome, Taken},
    },
    store::jittered,
};

impl Config {
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
