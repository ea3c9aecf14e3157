//! A table in Markdown of what the statistic found, and whether that is as it should be.

use tower_loops_benches::{
    sampling::SAMPLES,
    welch::{Sample, worst},
};

/// From which |t| on it counts as a leak. Chance alone gets there less than once in a thousand tables.
const BOUND: f64 = 5.0;

/// What a row must show.
pub enum Expected {
    /// No leak.
    Quiet,
    /// A leak, or the method would not see one elsewhere.
    Leak,
    /// Whatever there is.
    Anything,
}

/// Prints its rows as they come.
pub struct Table {
    pub as_expected: bool,
}

impl Table {
    pub fn begin() -> Self {
        println!("| what | samples | largest \\|t\\| | class A − class B | verdict |");
        println!("|---|---:|---:|---:|---|");
        Self { as_expected: true }
    }

    pub fn row(&mut self, what: &str, expected: Expected, samples: Vec<Sample>) {
        let test = worst(samples);
        let t = test.t().abs();
        let leaks = t >= BOUND;
        let verdict = match (expected, leaks) {
            (Expected::Quiet, false) => "no leak seen",
            (Expected::Leak, true) => "seen, as it must be",
            (Expected::Anything, true) => "seen",
            (Expected::Anything, false) => "not seen",
            (wrong, _) => {
                self.as_expected = false;
                match wrong {
                    Expected::Leak => "**NOT SEEN: the silence of the others means nothing**",
                    _ => "**LEAK**",
                }
            }
        };
        let (difference, error) = (test.difference, test.error);
        println!("| {what} | {SAMPLES} | {t:.2} | {difference:+.3} ± {error:.3} ns | {verdict} |");
    }
}
