//! Two subjects measured in turns, so that other load and changes of the clock rate slow both
//! alike.

use std::{fmt, time::Duration};

use crate::Subject;

const ROUNDS: usize = 201;

/// Long beside the resolution of the clock, short beside changes of the load.
const BATCH: Duration = Duration::from_millis(1);

/// The inputs of a batch are made before it. This many fit the processor's caches, where a server
/// has them too.
const MAX_COUNT: usize = 256;

/// The time of the subject divided by that of the baseline: the quartiles of all rounds, with the
/// median times of both.
pub struct Ratio {
    pub quartiles: [f64; 3],
    pub subject: f64,
    pub baseline: f64,
}

/// Measures short batches of the two in alternating order, and takes the ratio in each round.
pub fn ratio(subject: &impl Subject, baseline: &impl Subject) -> Ratio {
    let (subject, baseline) = (Batch::of(subject), Batch::of(baseline));
    let mut subject_times = Vec::with_capacity(ROUNDS);
    let mut baseline_times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            subject_times.push(subject.time());
            baseline_times.push(baseline.time());
        } else {
            baseline_times.push(baseline.time());
            subject_times.push(subject.time());
        }
    }
    let ratios = subject_times.iter().zip(&baseline_times);
    Ratio {
        quartiles: quartiles(
            ratios
                .map(|(subject, baseline)| subject / baseline)
                .collect(),
        ),
        subject: quartiles(subject_times)[1],
        baseline: quartiles(baseline_times)[1],
    }
}

/// A subject, and the number of runs in a batch.
struct Batch<'a, S> {
    subject: &'a S,
    count: usize,
}

impl<'a, S: Subject> Batch<'a, S> {
    /// Doubles the count until the batch is long enough, which warms the subject up as well.
    fn of(subject: &'a S) -> Self {
        let mut count = 1;
        while count < MAX_COUNT && subject.time(count) < BATCH {
            count *= 2;
        }
        Self { subject, count }
    }

    /// Nanoseconds for one run.
    fn time(&self) -> f64 {
        self.subject.time(self.count).as_nanos() as f64 / self.count as f64
    }
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[(values.len() - 1) * quarter / 4])
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = self.quartiles;
        let (subject, baseline) = (Time(self.subject), Time(self.baseline));
        write!(
            f,
            "{subject} | {baseline} | {median:.3} | {low:.3}–{high:.3}"
        )
    }
}

/// Nanoseconds, in a unit that reads well.
struct Time(f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            nanos if nanos < 1e3 => write!(f, "{nanos:.0} ns"),
            nanos if nanos < 1e6 => write!(f, "{:.2} µs", nanos / 1e3),
            nanos => write!(f, "{:.2} ms", nanos / 1e6),
        }
    }
}
