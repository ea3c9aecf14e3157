//! A table in Markdown: what the statistic found, and whether that is as expected.

use tower_loops_benches::{
    sampling::SAMPLES,
    welch::{Sample, worst},
};

/// The least |t| that counts as a leak. Chance alone reaches it less than once in a thousand
/// tables.
const BOUND: f64 = 5.0;

/// The expected outcome of a row.
pub enum Expected {
    /// No leak.
    Quiet,
    /// A leak, or the method would not see one elsewhere.
    Leak,
    /// A leak or none.
    Anything,
}

/// Prints each row when it is added.
pub struct Table {
    pub as_expected: bool,
}

impl Table {
    pub fn begin() -> Self {
        println!("| what | samples | largest \\|t\\| | class A − class B | outcome |");
        println!("|---|---:|---:|---:|---|");
        Self { as_expected: true }
    }

    pub fn row(&mut self, what: &str, expected: Expected, samples: Vec<Sample>) {
        let test = worst(samples);
        let t = test.t().abs();
        let leaks = t >= BOUND;
        let outcome = match (expected, leaks) {
            (Expected::Quiet, false) => "no leak seen",
            (Expected::Leak, true) => "seen, as expected",
            (Expected::Anything, true) => "seen",
            (Expected::Anything, false) => "not seen",
            (wrong, _) => {
                self.as_expected = false;
                match wrong {
                    Expected::Leak => "**NOT SEEN: the other rows prove nothing**",
                    _ => "**LEAK**",
                }
            }
        };
        let (difference, error) = (test.difference, test.error);
        println!("| {what} | {SAMPLES} | {t:.2} | {difference:+.3} ± {error:.3} ns | {outcome} |");
    }
}
