//! What other crates take for the same body. They do not all do the same work: see `peer.rs`.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench peers
//! ```

mod peer;

use divan::Bencher;
use tower_loops_benches::{
    Subject,
    input::{self, event},
    subject,
};

const SIZES: [usize; 2] = [input::SIZES[0], input::SIZES[2]];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn raw_hmac(bencher: Bencher, size: usize) {
    subject::raw_hmac(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn ours_layer(bencher: Bencher, size: usize) {
    subject::one_frame(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn ours_verify(bencher: Bencher, size: usize) {
    subject::verify(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn ours_verify_and_object(bencher: Bencher, size: usize) {
    subject::verify_and_object(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn webhook_verify_layer(bencher: Bencher, size: usize) {
    peer::webhook_verify(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn tower_github_webhook_layer(bencher: Bencher, size: usize) {
    peer::tower_github_webhook(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn async_stripe_construct_event(bencher: Bencher, size: usize) {
    peer::async_stripe(&event(1, size)).bench(bencher);
}

#[divan::bench(args = SIZES)]
fn svix_verify(bencher: Bencher, size: usize) {
    peer::svix(&event(1, size)).bench(bencher);
}
