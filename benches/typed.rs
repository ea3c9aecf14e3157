//! What typed objects cost beside the tree that one would parse without them.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench typed
//! ```

use divan::Bencher;
use tower_loops_benches::{
    Subject,
    input::{SIZES, event},
    subject,
};

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn raw_hmac(bencher: Bencher, size: usize) {
    subject::raw_hmac(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn json_value(bencher: Bencher, size: usize) {
    subject::json_value(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn data(bencher: Bencher, size: usize) {
    subject::data(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn object_as(bencher: Bencher, size: usize) {
    subject::object_as(&event(1, size)).bench(bencher);
}
