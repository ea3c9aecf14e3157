//! Known answers, computed by another implementation (`vectors/make.py`, which says how).

use bytes::Bytes;
use serde::Deserialize;
use testkit::delivery::secret;
use tower_loops::{Rejection, Signer, Verifier};

use crate::{at, data::Data};

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: Data,
    t: u64,
    body: Data,
    event: Option<String>,
    v1: String,
}

#[test]
fn signer_and_verifier_agree_with_the_known_answers() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors/scheme.json")).unwrap();
    assert!(vectors.len() >= 20, "only {} vectors", vectors.len());
    for (index, vector) in vectors.iter().enumerate() {
        #[rustfmt::skip]
        let Vector { name, t, v1, event, .. } = vector;
        let key = secret(vector.secret.bytes());
        let body = Bytes::from(vector.body.bytes());
        let header = Signer::new(&key).sign(&body, at(*t));
        let seen = header.as_bytes();
        assert_eq!(seen, format!("t={t},v1={v1}").as_bytes(), "{name}");

        let verifier = Verifier::new(&key);
        let result = verifier.verify(header.as_bytes(), body.clone(), at(*t));
        match (result, event) {
            (Ok(read), Some(id)) => {
                assert_eq!((read.id(), read.payload()), (&**id, &body), "{name}");
            }
            // Signed, though no event.
            (Err(Rejection::InvalidPayload { .. }), None) => {}
            (result, event) => panic!("{name}: {result:?}, expected {event:?}"),
        }
        let other = &vectors[(index + 1) % vectors.len()].v1;
        assert_ne!(other, v1, "{name} is repeated");
        let result = verifier.verify(format!("t={t},v1={other}").as_bytes(), body, at(*t));
        let is_rejected = matches!(result, Err(Rejection::InvalidSignature { .. }));
        assert!(is_rejected, "{name}: {result:?}");
    }
}
