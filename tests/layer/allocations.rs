//! How often the layer allocates: at most six times a request. The `ratios` bench prints exact counts.

use std::{convert::Infallible, future::ready, pin::pin, task::Poll};

use allocation_counter::measure;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower::{Layer, Service, service_fn};
use tower_loops::BoxError;

use crate::{
    scripted_body::ScriptedBody,
    support::{EVENT, forged, full, genuine, layer, poll_once, signed, unsigned, with_header},
};

/// The allocations from the request to the response; the inner service makes none.
fn allocations<B>(request: impl Fn() -> Request<B>) -> u64
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let inner = service_fn(|_: Request<Full<Bytes>>| {
        ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    });
    let mut service = layer().layer(inner);
    let mut deliver = |request| {
        let response = pin!(service.call(request));
        let Poll::Ready(Ok(_)) = poll_once(response) else {
            panic!("nothing here is waited for");
        };
    };
    // What only the first request of a process needs is not counted.
    deliver(request());
    let request = request();
    measure(|| deliver(request)).count_total
}

const BAR: u64 = 6;

#[test]
fn a_delivery_in_one_frame_allocates_at_most_six_times() {
    let other_type = r#"{"id":"evt_1","type":"payout.paid"}"#;
    let nested = format!(
        r#"{{"id":"evt_1","type":"charge.succeeded","data":{}{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    let nested: &'static str = nested.leak();
    for count in [
        allocations(genuine),
        allocations(|| signed(EVENT, full(EVENT.to_owned()))),
        allocations(|| signed(other_type, full(other_type))),
        allocations(|| signed(nested, full(nested))),
    ] {
        assert!(count <= BAR, "{count}");
    }
}

#[test]
fn a_body_in_many_frames_is_gathered_in_one_buffer_that_doubles() {
    let event = format!("{EVENT}{}", " ".repeat(64 * 1024 - EVENT.len()));
    let event: &'static str = event.leak();
    let in_frames = || {
        let frames = event.as_bytes().chunks(1024).map(Bytes::from_static);
        signed(event, ScriptedBody::new(frames))
    };
    // The buffer at 1, 2, 4, 8, 16, 32 and 64 KiB, and the counter of its owners.
    let count = allocations(in_frames);
    assert!(count <= BAR + 8, "{count}");
}

#[test]
fn a_rejection_allocates_at_most_six_times() {
    let malformed = || with_header("t=1".parse().expect("a header value"), full(EVENT));
    for count in [
        allocations(|| unsigned(full(EVENT))),
        allocations(malformed),
        allocations(forged),
        allocations(|| signed("", full(""))),
    ] {
        assert!(count <= BAR, "{count}");
    }
}
