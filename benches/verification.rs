//! What a genuine delivery costs: the core and the layer beside the HMAC that neither can do without.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench verification
//! ```

use bytes::Bytes;
use divan::{Bencher, counter::BytesCount};
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
    measure(bencher, size, subject::raw_hmac);
}

/// Without reading the event: what a forged body costs.
#[divan::bench(args = SIZES)]
fn core_mac_only(bencher: Bencher, size: usize) {
    measure(bencher, size, subject::mac_only);
}

#[divan::bench(args = SIZES)]
fn core_verify(bencher: Bencher, size: usize) {
    measure(bencher, size, subject::verify);
}

#[divan::bench(args = SIZES)]
fn layer_one_frame(bencher: Bencher, size: usize) {
    measure(bencher, size, subject::one_frame);
}

#[divan::bench(args = SIZES)]
fn layer_frames_of_16_kib(bencher: Bencher, size: usize) {
    measure(bencher, size, subject::frames);
}

fn measure<S: Subject>(bencher: Bencher, size: usize, subject: impl Fn(&Bytes) -> S) {
    let body = event(1, size);
    subject(&body).bench(bencher.counter(BytesCount::new(body.len())));
}
