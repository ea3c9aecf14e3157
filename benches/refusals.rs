//! What a refused delivery costs the layer, response included. The response is dropped outside of the measured time, the
//! request inside.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench refusals
//! ```

use divan::Bencher;
use tower_loops_benches::{
    Subject,
    input::{KIB, unread},
    subject::{self, Refusal},
};

const SIZES: [usize; 2] = [KIB, KIB * KIB];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn raw_hmac(bencher: Bencher, size: usize) {
    subject::raw_hmac(&unread(size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn no_header(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::NoHeader, size);
}

#[divan::bench(args = SIZES)]
fn malformed(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::Malformed, size);
}

#[divan::bench(args = SIZES)]
fn stale(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::Stale, size);
}

#[divan::bench(args = SIZES)]
fn wrong_length(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::WrongLength, size);
}

#[divan::bench(args = SIZES)]
fn oversize(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::Oversize, size);
}

#[divan::bench(args = SIZES)]
fn forged(bencher: Bencher, size: usize) {
    refused(bencher, Refusal::Forged, size);
}

fn refused(bencher: Bencher, refusal: Refusal, size: usize) {
    subject::refused(refusal, &unread(size)).bench(bencher);
}
