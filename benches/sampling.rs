//! Times of inputs of two classes in random order.

use std::{hint::black_box, iter, time::Instant};

use rand::{RngExt, rngs::SmallRng};

use crate::welch::{Class, Sample};

pub const SAMPLES: usize = 4_000_000;

/// Thrown away: caches, branch predictors and the clock's speed settle meanwhile.
const WARM_UP: usize = 20_000;

/// How many inputs are made ahead of being measured, so that what it takes to make one of either class is not in its time.
/// This many still fit the processor's caches.
const AHEAD: usize = 200;

/// Measures one input after the other. Chance draws the class of each, so that whatever else the machine does strikes both
/// classes alike.
///
/// The clock is the wall's: to read the time of a thread takes a system call, which is longer than what is measured. Its
/// steps may be longer than a leak, too: over many samples, the mean is finer than they are.
pub fn samples<I, O>(
    input: impl Fn(Class, &mut SmallRng) -> I,
    run: impl Fn(&I) -> O,
) -> Vec<Sample> {
    let rng: &mut SmallRng = &mut rand::make_rng();
    let mut samples = Vec::with_capacity(WARM_UP + SAMPLES);
    while samples.len() < WARM_UP + SAMPLES {
        let inputs: Vec<(Class, I)> = iter::repeat_with(|| {
            let class = if rng.random() { Class::A } else { Class::B };
            (class, input(class, rng))
        })
        .take(AHEAD)
        .collect();
        for (class, input) in &inputs {
            let start = Instant::now();
            let output = black_box(run(black_box(input)));
            let nanos = start.elapsed().as_nanos() as u64;
            drop(output);
            samples.push(Sample {
                class: *class,
                nanos,
            });
        }
    }
    samples.split_off(WARM_UP)
}
