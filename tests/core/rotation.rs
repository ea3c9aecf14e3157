//! Several accepted secrets: any of them will do, and the event says which one matched.

use std::time::Duration;

use tower_loops::Verifier;

use crate::{BODY, NOW, SECRET, at, mac, outcome, secret, sign, verifier};

#[test]
fn the_event_says_which_secret_matched() {
    let secrets = ["current", "previous", "oldest"];
    let verifier = Verifier::new(secret(secrets[0]))
        .with_additional_secret(secret(secrets[1]))
        .with_additional_secret(secret(secrets[2]));
    let signed = |secret: &str| format!("v1={}", mac(secret, &NOW.to_string(), BODY));
    let check = |v1s: &str| {
        let header = format!("t={NOW},{v1s}");
        verifier.verify(header.as_bytes(), BODY.into(), at(NOW))
    };
    for (index, secret) in secrets.into_iter().enumerate() {
        assert_eq!(
            check(&signed(secret)).unwrap().secret_index(),
            index,
            "{secret}"
        );
    }
    assert_eq!(outcome(&check(&signed("another"))), "Invalid signature");
    // Of several that match, the first secret counts, wherever its signature stands.
    let rows = [
        (["current", "previous"], 0),
        (["previous", "current"], 0),
        (["oldest", "previous"], 1),
        (["another", "oldest"], 2),
        (["oldest", "another"], 2),
    ];
    for (order, index) in rows {
        let v1s = order.map(signed).join(",");
        assert_eq!(check(&v1s).unwrap().secret_index(), index, "{order:?}");
    }
}

#[test]
fn a_secret_given_twice_is_the_first() {
    let verifier = verifier()
        .with_additional_secret(secret(SECRET))
        .with_additional_secret(secret(SECRET));
    let event = verifier.verify(sign(BODY).as_bytes(), BODY.into(), at(NOW));
    assert_eq!(event.unwrap().secret_index(), 0);
}

#[test]
fn an_additional_secret_keeps_the_tolerance_and_changes_no_other_verifier() {
    let strict = verifier().with_tolerance(Duration::ZERO);
    let rotating = strict.clone().with_additional_secret(secret("new"));
    let header = format!("t={NOW},v1={}", mac("new", &NOW.to_string(), BODY));
    let check = |verifier: &Verifier, now| {
        outcome(&verifier.verify(header.as_bytes(), BODY.into(), at(now)))
    };
    assert_eq!(check(&rotating, NOW), "accepted");
    assert_eq!(check(&rotating, NOW + 1), "Webhook timestamp too old");
    assert_eq!(check(&strict, NOW), "Invalid signature");
}
