//! What further secrets and further signatures cost the layer: a MAC each, and a comparison each.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench keys
//! ```

use divan::Bencher;
use tower_loops_benches::{
    Subject,
    input::{self, event},
    subject,
};

const SIZES: [usize; 2] = [input::SIZES[0], input::SIZES[3]];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn raw_hmac(bencher: Bencher, size: usize) {
    subject::raw_hmac(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES, consts = [1, 2, 4])]
fn secrets<const COUNT: usize>(bencher: Bencher, size: usize) {
    subject::secrets(COUNT, &event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES, consts = [1, 55])]
fn signatures<const COUNT: usize>(bencher: Bencher, size: usize) {
    subject::signatures(COUNT, &event(1, size)).bench(bencher);
}
