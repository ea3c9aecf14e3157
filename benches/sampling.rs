//! Times of inputs of two classes in random order.

use std::{hint::black_box, iter, time::Instant};

use rand::{RngExt, rngs::SmallRng};

use crate::welch::{Class, Sample};

pub const SAMPLES: usize = 4_000_000;

/// Discarded: caches, branch predictors and the clock rate settle first.
const WARM_UP: usize = 20_000;

/// The inputs that are made before they are measured, so that making them is not in the time. This
/// many fit the processor's caches.
const AHEAD: usize = 200;

/// Measures one input after the other, each of a random class, so that other load affects both
/// classes alike.
///
/// Reads the wall clock: the CPU time of a thread takes a system call, which is longer than what is
/// measured. Over many samples, the mean is finer than the steps of the clock.
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
