//! A subject of closures, timed by the CPU time of the thread.

use std::{hint::black_box, time::Duration};

use cpu_time::ThreadTime;

/// Something to measure.
pub trait Subject {
    /// The CPU time of this many runs, one after the other.
    fn time(&self, count: usize) -> Duration;
}

/// A subject of two closures. The result of `run` is dropped outside of the measured time.
pub fn subject<I, O>(input: impl Fn() -> I, run: impl Fn(I) -> O) -> impl Subject {
    Closures { input, run }
}

struct Closures<M, R> {
    input: M,
    run: R,
}

impl<I, O, M, R> Subject for Closures<M, R>
where
    M: Fn() -> I,
    R: Fn(I) -> O,
{
    fn time(&self, count: usize) -> Duration {
        let inputs: Vec<I> = (0..count).map(|_| (self.input)()).collect();
        let mut outputs = Vec::with_capacity(count);
        let start = ThreadTime::now();
        for input in inputs {
            outputs.push(black_box((self.run)(black_box(input))));
        }
        start.elapsed()
    }
}
