//! The allocations of a request: at most six, and at most twice the body limit. The `ratios` bench
//! prints exact counts.

use std::{convert::Infallible, future::ready, pin::pin};

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, full},
    delivery::{EVENT, delivery, event_of, forged, genuine, signed, unsigned, with_header},
    poll::poll_once,
};
use tower::{Layer, Service, service_fn};
use tower_loops::{BoxError, LoopsSignatureLayer};

use crate::support::{Inner, layer};

const BOUND: u64 = 6;

/// What a request takes until its response, which the inner service makes without an allocation.
fn measured<B>(layer: &LoopsSignatureLayer, request: impl Fn() -> Request<B>) -> AllocationInfo
where
    B: Body<Error: Into<BoxError>>,
{
    let inner =
        service_fn(|_: Inner| ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))));
    let mut service = layer.layer(inner);
    let mut deliver = |request| {
        let response = pin!(service.call(request));
        assert!(poll_once(response).is_ready());
    };
    // What only the first request of a process needs is not counted.
    deliver(request());
    let request = request();
    measure(|| deliver(request))
}

fn allocations<B>(request: impl Fn() -> Request<B>) -> u64
where
    B: Body<Error: Into<BoxError>>,
{
    measured(&layer(), request).count_total
}

#[test]
fn a_request_in_one_frame_allocates_at_most_six_times() {
    let other_type = r#"{"id":"evt_1","type":"payout.paid"}"#;
    let nested = format!(
        r#"{{"id":"evt_1","type":"charge.succeeded","data":{}{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    let malformed = || with_header("t=1".parse().expect("a header value"), full(EVENT));
    for (name, count) in [
        ("genuine", allocations(genuine)),
        ("owned", allocations(|| delivery(EVENT.to_owned()))),
        ("another type", allocations(|| delivery(other_type))),
        ("nested", allocations(|| delivery(nested.clone()))),
        ("unsigned", allocations(unsigned)),
        ("malformed", allocations(malformed)),
        ("forged", allocations(forged)),
        ("no event", allocations(|| delivery(""))),
    ] {
        assert!(count <= BOUND, "{name}: {count}");
    }
}

#[test]
fn a_body_in_many_frames_is_gathered_in_one_buffer_that_doubles() {
    let event: &str = event_of("charge.succeeded", 64 * 1024).leak();
    let in_frames = || {
        let frames = event.as_bytes().chunks(1024).map(Bytes::from_static);
        signed(event, ScriptedBody::new(frames))
    };
    // The buffer at 1, 2, 4, 8, 16, 32 and 64 KiB, and the counter of its owners.
    let cost = measured(&layer(), in_frames);
    assert!(cost.count_total <= BOUND + 8, "{cost:?}");
    // It grows for a byte that has no room, not before: the last growth was from 32 KiB.
    assert!(cost.bytes_max < 97 * 1024, "{cost:?}");
}

#[test]
fn a_request_holds_at_most_twice_the_body_limit() {
    const LIMIT: usize = 64 * 1024;
    let event: &str = event_of("charge.succeeded", LIMIT).leak();
    // The buffer fits all but the last byte, and grows for that one.
    let in_frames = || {
        let (head, last) = event.as_bytes().split_at(LIMIT - 1);
        let frames = [&head[..1], &head[1..], last].map(Bytes::from_static);
        signed(event, ScriptedBody::new(frames))
    };
    let held = measured(&layer().with_max_body_size(LIMIT), in_frames).bytes_max;
    let buffers = 2 * LIMIT as u64;
    assert!(held > buffers - 2, "the buffer did not grow: {held}");
    assert!(held <= buffers + 1024, "{held}");
}
