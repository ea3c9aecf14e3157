//! Verification itself: whole and frame by frame, what is kept of the body, and what a forger might try.

use std::{collections::VecDeque, time::Duration};

use bytes::{Buf, Bytes};
use tower_loops::{Rejection, VerifiedEvent};

use crate::{BODY, NOW, SECRET, at, mac, outcome, sign, verifier, verify};

fn verify_frames<B: Buf>(frames: impl IntoIterator<Item = B>) -> Result<VerifiedEvent, Rejection> {
    let mut verification = verifier().begin(sign(BODY).as_bytes(), at(NOW))?;
    for frame in frames {
        verification.update(frame);
    }
    verification.finish()
}

fn assert_is_the_event(name: &str, result: Result<VerifiedEvent, Rejection>) -> VerifiedEvent {
    let event = result.unwrap_or_else(|rejection| panic!("{name}: {rejection:?}"));
    assert_eq!(event.id(), "evt_1", "{name}");
    assert_eq!(event.payload(), BODY.as_bytes(), "{name}");
    event
}

#[test]
fn a_body_verifies_however_it_is_cut() {
    assert_is_the_event("whole", verify(sign(BODY), BODY));
    let body = BODY.as_bytes();
    for first in 0..=body.len() {
        for second in (first..=body.len()).step_by(7) {
            let frames = [&body[..first], &body[first..second], &body[second..]];
            assert_is_the_event(
                &format!("cut at {first} and {second}"),
                verify_frames(frames),
            );
        }
    }
    assert_is_the_event("byte by byte", verify_frames(body.chunks(1)));
}

#[test]
fn frames_out_of_order_missing_or_repeated_are_refused() {
    let body = BODY.as_bytes();
    let (head, tail) = body.split_at(20);
    let rows: [(&str, &[&[u8]]); 6] = [
        ("none", &[]),
        ("out of order", &[tail, head]),
        ("the first is missing", &[tail]),
        ("the last is missing", &[head]),
        ("the first twice", &[head, head, tail]),
        ("one byte more", &[head, tail, b" "]),
    ];
    for (name, frames) in rows {
        let result = verify_frames(frames.iter().copied());
        assert_eq!(outcome(&result), "Invalid signature", "{name}");
    }
}

#[test]
fn a_body_in_one_frame_is_kept_without_a_copy() {
    let body = Bytes::copy_from_slice(BODY.as_bytes());
    let whole = verifier().verify(sign(BODY).as_bytes(), body.clone(), at(NOW));
    let alone = verify_frames([body.clone()]);
    let among_empty_ones = verify_frames([Bytes::new(), body.clone(), Bytes::new(), Bytes::new()]);
    for (name, result) in [
        ("whole", whole),
        ("alone", alone),
        ("empty ones", among_empty_ones),
    ] {
        let event = assert_is_the_event(name, result);
        assert_eq!(event.payload().as_ptr(), body.as_ptr(), "{name}");
    }
}

#[test]
fn gathering_leaves_the_frames_of_others_alone() {
    let shared = Bytes::copy_from_slice(BODY.as_bytes());
    let frames = [shared.slice(..10), shared.slice(10..30), shared.slice(30..)];
    assert_is_the_event("slices of one buffer", verify_frames(frames));
    assert_eq!(shared, BODY);
}

#[test]
fn a_frame_may_be_any_buf() {
    let body = BODY.as_bytes();
    let chain = (&body[..5]).chain(&body[5..11]).chain(&body[11..]);
    assert!(
        chain.chunk().len() < chain.remaining(),
        "it has several chunks"
    );
    assert_is_the_event("a chain", verify_frames([chain]));

    // Its start is moved to the middle first, so that it wraps and has two chunks.
    let mut ring: VecDeque<u8> = VecDeque::with_capacity(body.len());
    for _ in 0..ring.capacity() / 2 {
        ring.push_back(0);
        ring.pop_front();
    }
    ring.extend(body);
    assert!(ring.chunk().len() < ring.remaining(), "it has two chunks");
    assert_is_the_event("a ring buffer", verify_frames([ring]));

    let chains = [
        (&body[..1]).chain(&body[1..9]),
        (&body[9..14]).chain(&body[14..20]),
        (&body[20..30]).chain(&body[30..]),
    ];
    assert_is_the_event("several chains", verify_frames(chains));
    assert_is_the_event(
        "part of a slice",
        verify_frames([body.take(4), (&body[4..]).take(999)]),
    );
}

#[test]
fn the_boundary_between_time_and_body_cannot_be_moved() {
    let right = mac(SECRET, &NOW.to_string(), BODY);
    let any_time = verifier().with_tolerance(Duration::MAX);
    for taken in 0..BODY.len() {
        let (first, rest) = BODY.split_at(taken);
        let header = format!("t={NOW}.{first},v1={right}");
        let result = any_time.verify(header.as_bytes(), rest.into(), at(NOW));
        // A comma in the stolen part ends the element early: whatever is left of it is still no number.
        assert_eq!(
            outcome(&result),
            "Malformed signature",
            "{taken} bytes taken"
        );
    }

    // Digits moved from the time into the body, with and without the dot.
    let digits = NOW.to_string();
    for kept in 1..digits.len() {
        let (t, moved) = digits.split_at(kept);
        for body in [format!("{moved}.{BODY}"), format!("{moved}{BODY}")] {
            let header = format!("t={t},v1={right}");
            let result = any_time.verify(header.as_bytes(), body.clone().into(), at(NOW));
            assert_eq!(outcome(&result), "Invalid signature", "t={t}, body {body}");
        }
    }

    // Digits moved from a body that begins with some into the time.
    let body = format!("42.{BODY}");
    let right = mac(SECRET, &digits, &body);
    for (t, rest) in [
        (format!("{digits}42"), format!(".{BODY}")),
        (format!("{digits}42"), BODY.to_owned()),
        (format!("{digits}4"), format!("2.{BODY}")),
    ] {
        let header = format!("t={t},v1={right}");
        let result = any_time.verify(header.as_bytes(), rest.into(), at(NOW));
        assert_eq!(outcome(&result), "Invalid signature", "t={t}");
    }
}

#[test]
fn checks_are_made_in_their_order() {
    let unsigned = format!("t={NOW},v1={}", "0".repeat(64));
    let hopeless = format!("t={NOW},v1=none");
    let stale_and_hopeless = "t=1,v1=none";
    let rows = [
        (
            "payload after signature",
            unsigned.as_str(),
            "not JSON",
            "Invalid signature",
        ),
        (
            "a signature that cannot match",
            &hopeless,
            "not JSON",
            "Invalid signature",
        ),
        (
            "time before signature",
            stale_and_hopeless,
            BODY,
            "Webhook timestamp too old",
        ),
        ("grammar before time", "t=1", BODY, "Malformed signature"),
    ];
    for (name, header, body, expected) in rows {
        assert_eq!(outcome(&verify(header, body)), expected, "{name}");
    }
    for body in ["not JSON", ""] {
        assert_eq!(
            outcome(&verify(sign(body), body)),
            "Invalid payload",
            "{body:?}"
        );
    }
}

#[test]
fn begin_refuses_what_no_body_can_help() {
    let rows = [
        ("", "Malformed signature"),
        ("t=1,v1=none", "Webhook timestamp too old"),
        ("t=9999999999,v1=none", "Webhook timestamp too new"),
        ("t=1700000000,v1=none", "Invalid signature"),
        ("t=1700000000,v1=,v1=none", "Invalid signature"),
    ];
    for (header, expected) in rows {
        let result = verifier().begin(header.as_bytes(), at(NOW));
        assert_eq!(outcome(&result), expected, "{header:?}");
    }
    let wrong = format!("t={NOW},v1={}", "0".repeat(64));
    let verification = verifier().begin(wrong.as_bytes(), at(NOW));
    assert_eq!(
        outcome(&verification),
        "accepted",
        "the body is needed for this one"
    );
}

#[test]
fn a_clone_of_an_event_shares_its_bytes() {
    let event = verify(sign(BODY), BODY).unwrap();
    let clone = event.clone();
    assert_eq!(clone.payload().as_ptr(), event.payload().as_ptr());
    assert_eq!(clone.id().as_ptr(), event.id().as_ptr());
    assert_eq!(clone.signed_at(), at(NOW));
}
