//! What the benches measure: each subject makes its input outside of the measured time and works on it inside.

mod baseline;
mod core;
mod layer;
mod typed;

pub use self::{baseline::*, core::*, layer::*, typed::*};

use std::{hint::black_box, time::Duration};

use cpu_time::ThreadTime;
use divan::Bencher;

/// Something to measure.
pub trait Subject {
    /// Lets divan measure it.
    fn bench(&self, bencher: Bencher<'_, '_>);

    /// How much of the processor's time it takes to do this many, one after the other. Time in which something else ran
    /// is not in it.
    fn time(&self, count: usize) -> Duration;
}

/// A subject of two closures. What `run` returns is dropped outside of the measured time, what it drops itself is work.
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
    fn bench(&self, bencher: Bencher<'_, '_>) {
        bencher
            .with_inputs(&self.input)
            .bench_local_values(&self.run);
    }

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
