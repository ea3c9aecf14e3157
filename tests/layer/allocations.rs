//! How often the layer asks for memory. The numbers are exact, so that one more is seen.

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

#[test]
fn an_accepted_delivery_in_one_frame() {
    // The id; the table of the extensions, the box around it, and the box around the event.
    assert_eq!(allocations(genuine), 4);
    // Bytes that have one owner get a counter when they are shared.
    assert_eq!(allocations(|| signed(EVENT, full(EVENT.to_owned()))), 5);
    let extended = || {
        let mut request = genuine();
        request.extensions_mut().insert("of a layer further out");
        request
    };
    assert_eq!(allocations(extended), 2);
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
    assert_eq!(allocations(in_frames), 4 + 8);
}

#[test]
fn an_event_type_without_a_name_of_its_own() {
    let event = r#"{"id":"evt_1","type":"payout.paid"}"#;
    assert_eq!(allocations(|| signed(event, full(event))), 5);
}

#[test]
fn nesting_takes_no_memory_of_its_own_before_it_is_deep() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"id":"evt_1","type":"charge.succeeded","data":{open}{close}}}"#)
    };
    for (depth, allocated) in [(64, 4), (65, 5), (300, 5)] {
        let event: &'static str = nested(depth).leak();
        assert_eq!(
            allocations(|| signed(event, full(event))),
            allocated,
            "{depth}"
        );
    }
}

#[test]
fn refusals() {
    // The table of the extensions, the box around it, and the box around the reason. The header of the response goes where
    // those of the request were, if there were any; else it needs two tables.
    assert_eq!(allocations(|| unsigned(full(EVENT))), 5);
    let malformed = || with_header("t=1".parse().expect("a header value"), full(EVENT));
    assert_eq!(allocations(malformed), 3);
    assert_eq!(allocations(forged), 3);
    assert_eq!(allocations(|| signed("", full(""))), 3);
}
