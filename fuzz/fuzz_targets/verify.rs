//! The whole core, compared with the reference: any secrets, tolerance, time, body and frames, and
//! headers made of likely pieces.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tower_loops::{Secret, Verifier};
use tower_loops_fuzz::{outcome, sign};

#[derive(Arbitrary, Debug)]
struct Delivery {
    secrets: Vec<Vec<u8>>,
    tolerance: u16,
    now: u32,
    t: Time,
    pieces: Vec<Piece>,
    payload: Payload,
    cuts: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Time {
    Near(i16),
    Padded(u8),
    Any(u64),
}

#[derive(Arbitrary, Debug)]
enum Piece {
    Time,
    Signature { secret: u8, upper: bool },
    Wrong { secret: u8, position: u8, digit: u8 },
    Comma,
    Space,
    Tab,
    Raw(Vec<u8>),
}

#[derive(Arbitrary, Debug)]
enum Payload {
    Event { id: String, data: Vec<u8> },
    Raw(Vec<u8>),
}

fuzz_target!(|delivery: Delivery| {
    let secrets: Vec<Vec<u8>> = delivery
        .secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .take(4)
        .cloned()
        .collect();
    let Some((first, additional)) = secrets.split_first() else {
        return;
    };
    let tolerance = u64::from(delivery.tolerance);
    let now = u64::from(delivery.now);
    let t = match delivery.t {
        Time::Near(offset) => now.saturating_add_signed(offset.into()).to_string(),
        Time::Padded(zeros) => format!("{}{now}", "0".repeat(zeros.into())),
        Time::Any(t) => t.to_string(),
    };
    let body = match delivery.payload {
        Payload::Event { id, data } => {
            let id = serde_json::to_string(&id).unwrap();
            let mut body = format!(r#"{{"id":{id},"type":"charge.succeeded","data":"#).into_bytes();
            body.extend(data);
            body.push(b'}');
            body
        }
        Payload::Raw(body) => body,
    };
    let header = header(&delivery.pieces, &secrets, &t, &body);

    let secret = |bytes: &Vec<u8>| Secret::new(bytes.clone()).unwrap();
    let verifier = additional
        .iter()
        .fold(Verifier::new(secret(first)), |verifier, bytes| {
            verifier.with_additional_secret(secret(bytes))
        })
        .with_tolerance(Duration::from_secs(tolerance));
    let clock = UNIX_EPOCH + Duration::from_secs(now);
    let whole = verifier
        .verify(&header, Bytes::from(body.clone()), clock)
        .map(|event| event.secret_index())
        .map_err(|rejection| rejection.to_string());
    let in_frames = verifier
        .begin(&header, clock)
        .and_then(|mut verification| {
            let mut rest = &body[..];
            for cut in delivery.cuts {
                let (frame, after) = rest.split_at(rest.len().min(cut.into()));
                verification.update(frame);
                rest = after;
            }
            verification.update(rest);
            verification.finish()
        })
        .map(|event| event.secret_index())
        .map_err(|rejection| rejection.to_string());
    let reference = outcome(&secrets, tolerance, now, &header, &body).map_err(str::to_owned);
    assert_eq!(whole, reference);
    assert_eq!(in_frames, reference);
});

fn header(pieces: &[Piece], secrets: &[Vec<u8>], t: &str, body: &[u8]) -> Vec<u8> {
    let signature = |secret: u8| sign(&secrets[usize::from(secret) % secrets.len()], t, body);
    let mut header = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Time => header.extend(format!("t={t}").bytes()),
            Piece::Signature { secret, upper } => {
                let hex = signature(*secret);
                let hex = if *upper { hex.to_uppercase() } else { hex };
                header.extend(format!("v1={hex}").bytes());
            }
            Piece::Wrong {
                secret,
                position,
                digit,
            } => {
                let mut hex = signature(*secret).into_bytes();
                let position = usize::from(*position) % hex.len();
                hex[position] = *digit;
                header.extend(b"v1=");
                header.extend(hex);
            }
            Piece::Comma => header.push(b','),
            Piece::Space => header.push(b' '),
            Piece::Tab => header.push(b'\t'),
            Piece::Raw(bytes) => header.extend(bytes),
        }
    }
    header
}
