//! Verification, whole and in frames: the order of the checks, the limit, what is kept of the body,
//! and several secrets.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use bytes::{Buf, Bytes};
use testkit::delivery::{NOW, SECRET, mac, secret};
use tower_loops::{Rejection, RejectionKind, VerifiedEvent, Verifier};

use crate::{BODY, at, header, outcome, sign, verifier, verify};

fn verify_frames<B: Buf>(frames: impl IntoIterator<Item = B>) -> Result<VerifiedEvent, Rejection> {
    let mut verification = verifier().begin(sign(BODY).as_bytes(), at(NOW))?;
    for frame in frames {
        verification.update(frame);
    }
    verification.finish()
}

#[test]
fn frames_out_of_order_missing_or_repeated_are_rejected() {
    let (head, tail) = BODY.as_bytes().split_at(20);
    let missing: [&[&[u8]]; 4] = [&[], &[tail, head], &[tail], &[head]];
    let added: [&[&[u8]]; 2] = [&[head, head, tail], &[head, tail, b" "]];
    for frames in missing.into_iter().chain(added) {
        let result = verify_frames(frames.iter().copied());
        assert_eq!(outcome(&result), "Invalid signature", "{frames:?}");
    }
}

#[test]
fn a_body_in_one_frame_is_kept_without_a_copy() {
    let body = Bytes::copy_from_slice(BODY.as_bytes());
    let whole = verifier().verify(sign(BODY).as_bytes(), body.clone(), at(NOW));
    let among_empty_ones = verify_frames([Bytes::new(), body.clone(), Bytes::new(), Bytes::new()]);
    for result in [whole, verify_frames([body.clone()]), among_empty_ones] {
        let event = result.unwrap();
        assert_eq!(event.payload(), BODY.as_bytes());
        assert_eq!(event.payload().as_ptr(), body.as_ptr());
        let clone = event.clone();
        assert_eq!(clone.payload().as_ptr(), body.as_ptr());
        assert_eq!(clone.id().as_ptr(), event.id().as_ptr());
    }
}

#[test]
fn a_frame_may_be_any_buf() {
    let body = BODY.as_bytes();
    let chains = [
        (&body[..5]).chain(&body[5..9]),
        (&body[9..14]).chain(&body[14..20]),
        (&body[20..30]).chain(&body[30..]),
    ];
    assert_eq!(verify_frames(chains).unwrap().payload(), body);
    let parts = [body.take(4), (&body[4..]).take(999)];
    assert_eq!(verify_frames(parts).unwrap().payload(), body);

    // The start moves to the middle first, so that the buffer wraps.
    let mut ring: VecDeque<u8> = VecDeque::with_capacity(body.len());
    for _ in 0..ring.capacity() / 2 {
        ring.push_back(0);
        ring.pop_front();
    }
    ring.extend(body);
    assert!(ring.chunk().len() < ring.remaining(), "two chunks");
    assert_eq!(verify_frames([ring]).unwrap().payload(), body);

    let shared = Bytes::copy_from_slice(body);
    let slices = [shared.slice(..10), shared.slice(10..30), shared.slice(30..)];
    assert_eq!(verify_frames(slices).unwrap().payload(), body);
    assert_eq!(shared, BODY, "slices of others are left alone");
}

#[test]
fn a_body_over_the_limit_is_rejected_however_it_is_cut() {
    let length = BODY.len();
    for (limit, is_accepted) in [(length, true), (length - 1, false), (1, false), (0, false)] {
        let verifier = Verifier::new(secret(SECRET)).with_max_body_size(limit);
        for size in [1, 7, length] {
            let name = format!("{limit}, {size}");
            let mut verification = verifier.begin(sign(BODY).as_bytes(), at(NOW)).unwrap();
            BODY.as_bytes()
                .chunks(size)
                .for_each(|frame| verification.update(frame));
            assert_eq!(verification.is_too_large(), !is_accepted, "{name}");
            match verification.finish() {
                Ok(event) => assert!(is_accepted && event.payload() == BODY, "{name}"),
                Err(rejection) => {
                    assert_eq!(rejection.kind(), RejectionKind::BodyTooLarge, "{name}");
                    assert_eq!(rejection.received(), Some(length as u64));
                    assert!(!is_accepted, "{name}");
                }
            }
        }
    }
}

#[test]
fn the_boundary_between_time_and_body_cannot_be_moved() {
    let any_time = verifier().with_tolerance(Duration::MAX);
    let check = |t: &str, v1: &str, body: &str| {
        let header = format!("t={t},v1={v1}");
        outcome(&any_time.verify(header.as_bytes(), body.to_owned().into(), at(NOW)))
    };
    let digits = NOW.to_string();
    let right = mac(SECRET, &digits, BODY);
    for taken in 0..BODY.len() {
        let (first, rest) = BODY.split_at(taken);
        let result = check(&format!("{NOW}.{first}"), &right, rest);
        let expected = "Malformed signature";
        assert_eq!(result, expected, "{taken} bytes moved into the time");
    }
    for kept in 1..digits.len() {
        let (t, moved) = digits.split_at(kept);
        for body in [format!("{moved}.{BODY}"), format!("{moved}{BODY}")] {
            let seen = check(t, &right, &body);
            assert_eq!(seen, "Invalid signature", "t={t}, body {body}");
        }
    }
    let right = mac(SECRET, &digits, format!("42.{BODY}"));
    for (t, body) in [
        ("42", format!(".{BODY}")),
        ("42", BODY.to_owned()),
        ("4", format!("2.{BODY}")),
    ] {
        let seen = check(&format!("{digits}{t}"), &right, &body);
        assert_eq!(seen, "Invalid signature", "{body}");
    }
}

#[test]
fn checks_run_in_their_order_and_those_of_the_header_before_the_body() {
    let rows = [
        ("t=1", "Malformed signature"),
        ("t=1,v1=none", "Webhook timestamp too old"),
        ("t=9999999999,v1=none", "Webhook timestamp too new"),
        ("t=1700000000,v1=,v1=none", "Invalid signature"),
    ];
    for (header, expected) in rows {
        let begun = verifier().begin(header.as_bytes(), at(NOW));
        assert_eq!(outcome(&begun), expected, "{header}");
        assert_eq!(outcome(&verify(header, "not JSON")), expected, "{header}");
    }
    let wrong = header("5", BODY).replacen("t=5", &format!("t={NOW}"), 1);
    let seen = outcome(&verifier().begin(wrong.as_bytes(), at(NOW)));
    assert_eq!(seen, "accepted");
    assert_eq!(outcome(&verify(wrong, "not JSON")), "Invalid signature");
    for body in ["not JSON", ""] {
        let seen = outcome(&verify(sign(body), body));
        assert_eq!(seen, "Invalid payload", "{body:?}");
    }
}

/// One pass over the body for each would cost 55 times as much.
#[test]
fn fifty_five_signatures_cost_what_one_does() {
    let body = Bytes::from(format!("{BODY}{}", " ".repeat(256 * 1024)));
    let cost = |count: usize| {
        let wrong = format!(",v1={}", "0".repeat(64)).repeat(count);
        let header = format!("t={NOW}{wrong}");
        let verify = || {
            let start = Instant::now();
            let result = verifier().verify(header.as_bytes(), body.clone(), at(NOW));
            assert_eq!(outcome(&result), "Invalid signature", "{count}");
            start.elapsed()
        };
        // The fastest is the one that was disturbed least.
        (0..10).map(|_| verify()).min().unwrap()
    };
    let costs = [cost(1), cost(55)];
    assert!(costs[1] < 5 * costs[0], "{costs:?}");
}

#[test]
fn an_event_says_which_secret_matched() {
    let secrets = ["current", "previous", "oldest", "current"];
    let verifier = secrets[1..]
        .iter()
        .fold(Verifier::new(secret(secrets[0])), |verifier, text| {
            verifier.with_additional_secret(secret(*text))
        });
    // Of several that match, the first secret counts, wherever its signature stands.
    let single = "current=0 previous=1 oldest=2 another=-";
    let several =
        "current,previous=0 previous,current=0 oldest,previous=1 another,oldest=2 oldest,another=2";
    for row in single.split(' ').chain(several.split(' ')) {
        let (signed_with, index) = row.split_once('=').expect("a row");
        let v1s = signed_with
            .split(',')
            .map(|key| format!(",v1={}", mac(key, &NOW.to_string(), BODY)));
        let header = format!("t={NOW}{}", v1s.collect::<String>());
        let result = verifier.verify(header.as_bytes(), BODY.into(), at(NOW));
        let matched = result.ok().map(|event| event.secret_index());
        assert_eq!(matched, index.parse().ok(), "{signed_with}");
    }
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
    let current = rotating.verify(sign(BODY).as_bytes(), BODY.into(), at(NOW));
    assert_eq!(current.unwrap().secret_index(), 0);
}
