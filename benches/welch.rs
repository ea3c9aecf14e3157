//! Whether two classes of times differ by more than chance: the statistic of *Dude, is my code
//! constant time?* (Reparaz, Balasch and Verbauwhede, 2017).

/// The class of an input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Class {
    A,
    B,
}

/// The time of one input of this class.
#[derive(Clone, Copy)]
pub struct Sample {
    pub class: Class,
    pub nanos: u64,
}

/// The mean of class A minus that of class B in nanoseconds, and its standard error.
#[derive(Clone, Copy)]
pub struct Test {
    pub difference: f64,
    pub error: f64,
}

impl Test {
    /// Welch's t.
    pub fn t(&self) -> f64 {
        self.difference / self.error
    }
}

/// The number of percentiles at which the slowest samples are cut off.
const CROPS: u32 = 100;

/// The least samples of a class that give a usable variance.
const MIN_COUNT: f64 = 1000.0;

/// The test with the largest |t|: over all samples, and over those below each of a hundred
/// percentiles.
///
/// Interruptions lengthen a few samples by far more than a leak does, which hides it in their
/// variance. Where those end is not known, so each percentile is tried; most are close to the
/// slowest sample.
pub fn worst(mut samples: Vec<Sample>) -> Test {
    samples.sort_unstable_by_key(|sample| sample.nanos);
    let mut sums = [Sums::default(); 2];
    let mut added = 0;
    let mut worst: Option<Test> = None;
    for end in ends(&samples) {
        for sample in &samples[added..end] {
            sums[sample.class as usize].add(sample.nanos as f64);
        }
        added = end;
        let [a, b] = &sums;
        if a.count < MIN_COUNT || b.count < MIN_COUNT {
            continue;
        }
        let test = Test {
            difference: a.mean - b.mean,
            error: (a.variance() / a.count + b.variance() / b.count).sqrt(),
        };
        // Without an error, all took the same time.
        if test.error > 0.0 && worst.is_none_or(|worst| test.t().abs() > worst.t().abs()) {
            worst = Some(test);
        }
    }
    worst.expect("a clock that tells some of so many samples apart")
}

/// The number of sorted samples in each test: those below its percentile, and at last all. Equal
/// samples are all in or all out.
fn ends(samples: &[Sample]) -> impl Iterator<Item = usize> {
    let percentiles = (1..=CROPS).map(|crop| 1.0 - 0.5_f64.powf(f64::from(crop) / 10.0));
    let cropped = percentiles.map(|percentile| {
        let limit = samples[(samples.len() as f64 * percentile) as usize].nanos;
        samples.partition_point(|sample| sample.nanos < limit)
    });
    cropped.chain([samples.len()])
}

/// Count, mean and squared distances from the mean by Welford's method: plain sums of squares lose
/// small differences.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Sums {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}
