//! Verification, whole and in frames: the order of the checks, the limit, what is kept of the body,
//! and several secrets.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use testkit::delivery::{NOW, SECRET, mac, secret};
use tower_loops::{Rejection, RejectionKind, VerifiedEvent, Verifier};

use crate::{BODY, at, header, outcome, receive, sign, verifier, verify};

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
}

#[test]
fn a_body_over_the_limit_is_rejected_however_it_is_cut() {
    let length = BODY.len();
    for limit in [0, 1, length - 1, length] {
        let verifier = Verifier::new(secret(SECRET)).with_max_body_size(limit);
        for size in [1, 7, length] {
            let mut verification = verifier.begin(sign(BODY).as_bytes(), at(NOW)).unwrap();
            for frame in BODY.as_bytes().chunks(size) {
                verification.update(frame);
            }
            let is_over = limit < length;
            assert_eq!(verification.is_too_large(), is_over, "{limit}, {size}");
            let rejection = verification.finish().err();
            let seen = rejection.map(|rejection| (rejection.kind(), rejection.received()));
            let expected = (RejectionKind::BodyTooLarge, Some(length as u64));
            assert_eq!(seen, is_over.then_some(expected), "{limit}, {size}");
        }
    }
}

#[test]
fn the_boundary_between_time_and_body_cannot_be_moved() {
    let any_time = verifier().with_tolerance(Duration::MAX);
    let (t, body) = (NOW.to_string(), format!("42.{BODY}"));
    let right = mac(SECRET, &t, &body);
    for text in [format!("{t}.{body}"), format!("{t}{body}")] {
        for (end, start) in (0..text.len()).flat_map(|cut| [(cut, cut), (cut, cut + 1)]) {
            let (moved_t, moved_body) = (&text[..end], text[start..].to_owned());
            let is_genuine = moved_t == t && moved_body == body;
            let header = format!("t={moved_t},v1={right}");
            let result = any_time.verify(header.as_bytes(), moved_body.into(), at(NOW));
            let expected = match moved_t.parse::<u64>() {
                // An event, had it no number in front.
                Ok(_) if is_genuine => "Invalid payload",
                Ok(_) => "Invalid signature",
                Err(_) => "Malformed signature",
            };
            assert_eq!(outcome(&result), expected, "{header}");
        }
    }
}

#[test]
fn checks_run_in_their_order_and_those_of_the_header_before_the_body() {
    for (header, expected) in [
        ("t=1", "Malformed signature"),
        ("t=1,v1=none", "Webhook timestamp too old"),
        ("t=9999999999,v1=none", "Webhook timestamp too new"),
        ("t=1700000000,v1=,v1=none", "Invalid signature"),
    ] {
        let begun = verifier().begin(header.as_bytes(), at(NOW));
        assert_eq!(outcome(&begun), expected, "{header}");
        assert_eq!(outcome(&verify(header, "not JSON")), expected, "{header}");
    }
    let wrong = header("5", BODY).replacen("t=5", &format!("t={NOW}"), 1);
    let begun = verifier().begin(wrong.as_bytes(), at(NOW));
    assert_eq!(outcome(&begun), "accepted");
    assert_eq!(outcome(&verify(wrong, "not JSON")), "Invalid signature");
    for body in ["not JSON", ""] {
        assert_eq!(outcome(&receive(body)), "Invalid payload", "{body:?}");
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
    let mut verifier = Verifier::new(secret("current"));
    for text in ["previous", "oldest", "current"] {
        verifier = verifier.with_additional_secret(secret(text));
    }
    // Of several that match, the first secret counts, wherever its signature stands.
    let rows = "current=0 previous=1 oldest=2 another=- current,previous=0 previous,current=0 \
        oldest,previous=1 another,oldest=2 oldest,another=2";
    for row in rows.split(' ') {
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
