//! Signature headers in two classes, with the same length, the same grammar, and digests that look
//! random.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rand::{RngExt, rngs::SmallRng};
use tower_loops::{Secret, Signer};

use super::delivery::SECRET;
use crate::welch::Class;

/// The secrets that guesses are about.
pub const SECRETS: [&str; 2] = [SECRET, "whsec_other"];

/// The number of signature times, a second apart and within the tolerance, so that the right
/// digests vary.
const TIMES: u64 = 256;

/// A small body under two secrets, and its genuine headers.
pub struct Guesses {
    pub body: Bytes,
    pub now: SystemTime,
    pub secrets: [Secret; 2],
    genuine: [Vec<Vec<u8>>; 2],
}

impl Guesses {
    pub fn new() -> Self {
        let body =
            Bytes::from_static(br#"{"id":"evt_1","type":"invoice.paid","data":{"object":{}}}"#);
        let now = SystemTime::now();
        let secrets = SECRETS.map(|secret| Secret::new(secret).expect("it is not empty"));
        let genuine = secrets.clone().map(|secret| {
            let signer = Signer::new(secret);
            let sign = |second| signer.sign(&body, now - Duration::from_secs(second));
            (0..TIMES)
                .map(|second| sign(second).as_bytes().to_vec())
                .collect()
        });
        Self {
            body,
            now,
            secrets,
            genuine,
        }
    }

    /// A forged header. Class A: 31 bytes of the digest are right, the last is wrong. Class B: it
    /// is wrong from the first byte on.
    pub fn forged(&self, class: Class, rng: &mut SmallRng) -> Vec<u8> {
        let genuine = self.genuine(0, rng);
        let right = digits(genuine);
        let mut header = genuine.to_vec();
        let at = header.len() - right.len();
        let guess = &mut header[at..];
        // Drawn again until both ends are wrong.
        while guess[..2] == right[..2] || guess[62..] == right[62..] {
            draw(guess, rng);
        }
        if class == Class::A {
            guess[..62].copy_from_slice(&right[..62]);
        }
        header
    }

    /// A genuine header with wrong signatures beside the right one, `count` in all. Class A: the
    /// right one is the first. Class B: it is the last.
    pub fn candidates(&self, count: usize, class: Class, rng: &mut SmallRng) -> Vec<u8> {
        let genuine = self.genuine(0, rng);
        let right = digits(genuine);
        let place = match class {
            Class::A => 0,
            Class::B => count - 1,
        };
        let mut header = genuine[..genuine.len() - ",v1=".len() - right.len()].to_vec();
        for at in 0..count {
            let mut wrong = [0; 64];
            draw(&mut wrong, rng);
            header.extend_from_slice(b",v1=");
            header.extend_from_slice(if at == place { right } else { &wrong });
        }
        header
    }

    /// A genuine header. Class A: under the first secret. Class B: under the second.
    pub fn either_secret(&self, class: Class, rng: &mut SmallRng) -> Vec<u8> {
        self.genuine(class as usize, rng).to_vec()
    }

    fn genuine(&self, secret: usize, rng: &mut SmallRng) -> &[u8] {
        let headers = &self.genuine[secret];
        &headers[rng.random_range(0..headers.len())]
    }
}

impl Default for Guesses {
    fn default() -> Self {
        Self::new()
    }
}

/// The digits of the one signature, at the header's end.
fn digits(header: &[u8]) -> &[u8] {
    &header[header.len() - 64..]
}

fn draw(digits: &mut [u8], rng: &mut SmallRng) {
    digits.fill_with(|| b"0123456789abcdef"[rng.random_range(0..16)]);
}
