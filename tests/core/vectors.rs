//! Known answers, computed by another implementation (`vectors/make.py`, which says how to make them anew).

use bytes::Bytes;
use serde::Deserialize;
use tower_loops::{Rejection, Signer, Verifier};

use crate::{at, secret};

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: Data,
    t: u64,
    body: Data,
    event: Option<String>,
    v1: String,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Data {
    Text {
        text: String,
    },
    Hex {
        hex: String,
    },
    Repeated {
        start: String,
        repeat: String,
        times: usize,
        end: String,
    },
}

impl Data {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text { text } => text.clone().into_bytes(),
            Self::Hex { hex } => (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits"))
                .collect(),
            Self::Repeated {
                start,
                repeat,
                times,
                end,
            } => format!("{start}{}{end}", repeat.repeat(*times)).into_bytes(),
        }
    }
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("vectors/scheme.json")).expect("the file is as made");
    assert!(vectors.len() >= 20, "only {} vectors", vectors.len());
    vectors
}

#[test]
fn the_signer_gives_the_known_answers() {
    for vector in vectors() {
        let signer = Signer::new(secret(vector.secret.bytes()));
        let header = signer.sign(&vector.body.bytes(), at(vector.t));
        let expected = format!("t={},v1={}", vector.t, vector.v1);
        assert_eq!(header.as_bytes(), expected.as_bytes(), "{}", vector.name);
    }
}

#[test]
fn the_verifier_accepts_the_known_answers() {
    for vector in vectors() {
        let header = format!("t={},v1={}", vector.t, vector.v1);
        let body = Bytes::from(vector.body.bytes());
        let verifier = Verifier::new(secret(vector.secret.bytes()));
        let result = verifier.verify(header.as_bytes(), body.clone(), at(vector.t));
        match (result, vector.event) {
            (Ok(event), Some(id)) => {
                assert_eq!(event.id(), id, "{}", vector.name);
                assert_eq!(event.payload(), &body, "{}", vector.name);
            }
            // Signed rightly, and no event.
            (Err(Rejection::InvalidPayload { .. }), None) => {}
            (result, event) => panic!("{}: {result:?}, expected {event:?}", vector.name),
        }
    }
}

#[test]
fn the_verifier_refuses_the_answer_to_another_question() {
    let vectors = vectors();
    for (index, vector) in vectors.iter().enumerate() {
        let answer = &vectors[(index + 1) % vectors.len()].v1;
        assert_ne!(answer, &vector.v1, "{} is asked twice", vector.name);
        let header = format!("t={},v1={answer}", vector.t);
        let verifier = Verifier::new(secret(vector.secret.bytes()));
        let body = Bytes::from(vector.body.bytes());
        let result = verifier.verify(header.as_bytes(), body, at(vector.t));
        let refused = matches!(result, Err(Rejection::InvalidSignature { .. }));
        assert!(refused, "{}: {result:?}", vector.name);
    }
}
