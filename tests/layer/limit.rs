//! The limit on a body: declared by `Content-Length` or by its size hint, counted while it is read,
//! and reported by limiters further out.

use bytes::{Buf, Bytes};
use http::{HeaderValue, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, Full, Limited};
use testkit::{
    body::ScriptedBody,
    delivery::{EVENT, event_of, post, signed},
};
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;
use tower_loops::Rejection;

use crate::support::{Recorder, layer, outcome, recording, send};

const LENGTH: usize = EVENT.len();
const MIB: usize = 1024 * 1024;
const TOO_LARGE: &str = "Payload too large";

/// The event in two frames.
const TWO: [&str; 2] = [r#"{"id":"evt_1","#, r#""type":"charge.succeeded"}"#];

/// Frames, the limit, and the polls before the rejection; `None` where the body is accepted.
type Row = (&'static [&'static str], usize, Option<usize>);

#[tokio::test]
async fn the_frame_that_crosses_the_limit_decides() {
    let rows: [Row; 9] = [
        (&[EVENT], LENGTH, None),
        (&[EVENT], LENGTH - 1, Some(1)),
        (&TWO, LENGTH, None),
        (&TWO, LENGTH - 1, Some(2)),
        (&[EVENT, "m", "ore"], LENGTH, Some(2)),
        (&["", EVENT, "", ""], LENGTH, None),
        (&[EVENT, "", "m"], LENGTH, Some(3)),
        (&[EVENT], usize::MAX, None),
        (&["", "{", "}"], 0, Some(2)),
    ];
    for (frames, limit, polls) in rows {
        let body = ScriptedBody::new(frames.iter().copied());
        let watch = body.watch();
        let (service, recorder) = recording(&layer().with_max_body_size(limit).with_drain(false));
        let answer = send(service, signed(frames.concat(), body)).await;
        let Some(polls) = polls else {
            assert_eq!(answer.outcome(), "accepted", "{frames:?}, {limit}");
            continue;
        };
        assert_eq!(watch.polls(), polls, "{frames:?}, {limit}");
        assert_eq!(recorder.calls(), 0, "{frames:?}, {limit}");
        let named = match answer.rejection {
            Some(Rejection::BodyTooLarge { limit, .. }) => limit,
            other => panic!("{frames:?}, {limit}: {other:?}"),
        };
        assert_eq!(named, Some(limit), "{frames:?}");
    }
    let empty = signed("", Full::<Bytes>::default());
    let seen = outcome(&layer().with_max_body_size(0), empty).await;
    assert_eq!(seen, "Invalid payload");
}

#[tokio::test]
async fn every_part_of_a_frame_counts() {
    let parts = || Bytes::from(&EVENT[..9]).chain(Bytes::from(&EVENT[9..]));
    for (limit, expected) in [(LENGTH, "accepted"), (LENGTH - 1, TOO_LARGE)] {
        let layer = layer().with_max_body_size(limit);
        // `map_frame` drops the size hint.
        let body = Full::new(parts()).map_frame(|frame| frame);
        let seen = outcome(&layer, signed(EVENT, body)).await;
        assert_eq!(seen, expected, "{limit}");
    }
}

/// `Content-Length` lines, a size hint, the limit, and the outcome.
type Declaration<'a> = (&'a [&'a [u8]], (u64, Option<u64>), usize, &'static str);

#[tokio::test]
async fn a_declared_length_over_the_limit_decides_before_the_body_is_polled() {
    let at = LENGTH as u64;
    let (max, huge) = (usize::MAX as u64, (usize::MAX as u64).div_ceil(2));
    let (nines, padded) = ("9".repeat(30), format!("{LENGTH:030}"));
    let [at_text, over_text, huge_text] = [at, at + 1, huge].map(|length| length.to_string());
    let (at_text, over_text) = (at_text.as_bytes(), over_text.as_bytes());
    let unknown = (0, None);
    #[rustfmt::skip]
    let rows: [Declaration<'_>; 27] = [
        (&[], unknown, LENGTH, "accepted"),
        (&[at_text], unknown, LENGTH, "accepted"),
        (&[over_text], unknown, LENGTH, TOO_LARGE),
        (&[b"0"], unknown, LENGTH, "accepted"),
        (&[nines.as_bytes()], unknown, LENGTH, TOO_LARGE),
        (&[padded.as_bytes()], unknown, LENGTH, "accepted"),
        (&[b"18446744073709551616"], unknown, LENGTH, TOO_LARGE),
        (&[b"18446744073709551616"], unknown, usize::MAX, TOO_LARGE),
        (&[over_text, at_text], unknown, LENGTH, TOO_LARGE),
        (&[at_text, over_text], unknown, LENGTH, TOO_LARGE),
        (&[b"x", over_text], unknown, LENGTH, TOO_LARGE),
        // A length that is not a number declares nothing.
        (&[b"many"], unknown, LENGTH, "accepted"),
        (&[b""], unknown, LENGTH, "accepted"),
        (&[b"+99999"], unknown, LENGTH, "accepted"),
        (&[b"-1"], unknown, LENGTH, "accepted"),
        (&[b"9e9"], unknown, LENGTH, "accepted"),
        (&[b"\xff\xff"], unknown, LENGTH, "accepted"),
        (&[b"1"], unknown, 0, TOO_LARGE),
        (&[b"1048577"], unknown, MIB, TOO_LARGE),
        (&[], (at, Some(at)), LENGTH, "accepted"),
        (&[], (at + 1, Some(at + 1)), LENGTH, TOO_LARGE),
        (&[], (at + 1, None), LENGTH, TOO_LARGE),
        (&[], (huge, Some(huge)), LENGTH, TOO_LARGE),
        (&[], (0, Some(at + 1)), LENGTH, "accepted"),
        (&[], (at, Some(huge)), LENGTH, "accepted"),
        (&[], (max, None), usize::MAX, "accepted"),
        // Reserving memory for this length would end the process.
        (&[huge_text.as_bytes()], (huge, Some(huge)), usize::MAX, "accepted"),
    ];
    for (lines, (lower, upper), limit, expected) in rows {
        let body = ScriptedBody::new([&EVENT[..9], &EVENT[9..]]).saying_size(lower, upper);
        let watch = body.watch();
        let mut request = signed(EVENT, body);
        for line in lines {
            let value = HeaderValue::from_bytes(line).expect("a header value");
            request.headers_mut().append(CONTENT_LENGTH, value);
        }
        let layer = layer().with_max_body_size(limit).with_drain(false);
        let name = format!("{:?}, {lower}..={upper:?}, {limit}", request.headers());
        assert_eq!(outcome(&layer, request).await, expected, "{name}");
        assert_eq!(watch.polls() > 0, expected == "accepted", "{name}");
    }
}

#[tokio::test]
async fn the_limit_is_one_mebibyte_unless_set() {
    for (length, expected) in [(MIB, "accepted"), (MIB + 1, TOO_LARGE)] {
        let event = event_of("charge.succeeded", length);
        let halves = event.as_bytes().chunks(length / 2);
        let halves = halves.map(Bytes::copy_from_slice);
        let request = signed(&event, ScriptedBody::new(halves));
        assert_eq!(outcome(&layer(), request).await, expected, "{length}");
    }
}

#[tokio::test]
async fn a_limiter_further_out_counts_as_this_one() {
    let frames = || ScriptedBody::new([&EVENT[..9], &EVENT[9..]]);
    let limited = |limit| signed(EVENT, Limited::new(frames(), limit));
    assert_eq!(outcome(&layer(), limited(LENGTH)).await, "accepted");
    let answer = send(recording(&layer()).0, limited(LENGTH - 1)).await;
    let rejection = answer.rejection.expect("a rejection");
    let is_of_another = matches!(rejection, Rejection::BodyTooLarge { limit: None, .. });
    assert!(is_of_another, "{rejection:?}");

    for (limit, expected) in [(LENGTH - 1, TOO_LARGE), (LENGTH, "accepted")] {
        let stack = ServiceBuilder::new()
            .layer(RequestBodyLimitLayer::new(limit))
            .layer(layer())
            .service(Recorder::default());
        let seen = send(stack.clone(), signed(EVENT, frames())).await.outcome();
        assert_eq!(seen, expected);
        // While an unsigned body is drained, its limiter changes nothing.
        let seen = send(stack, post(frames())).await.outcome();
        assert_eq!(seen, "Missing signature");
    }
}
