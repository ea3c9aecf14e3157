//! No key is left in freed memory: neither the secret, nor the HMAC key states derived from it,
//! which are equivalent to it.
//!
//! The test reads the heap of its own process, on Linux. The process has one thread. Its stack is
//! not searched: a compiler may copy a moved value there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(target_os = "linux")]
mod deliveries;
#[cfg(target_os = "linux")]
mod heap;
#[cfg(target_os = "linux")]
mod key;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not run: only Linux lets a process read its own memory as a file");
}

#[cfg(target_os = "linux")]
fn main() {
    use tower_loops::{LoopsSignatureLayer, Secret, Signer};

    let secret = |index| Secret::new(key::key(index)).unwrap();
    let layer = LoopsSignatureLayer::new(secret(0)).with_additional_secret(secret(1));
    let [_, inner, outer] = key::keys_in_heap();
    assert!(inner > 0 && outer > 0, "the layer holds the key states");
    deliveries::run(&layer, &Signer::new(secret(1)));
    drop(layer);
    let left = key::keys_in_heap();
    assert_eq!(left, [0; 3], "keys, inner and outer key states");
    println!("test no_key_is_left_in_freed_memory ... ok");
}
