//! The service, its future and its body: named types that ask no more of their parts than they
//! need, and that release everything when dropped.

use std::{
    cell::Cell,
    convert::Infallible,
    future::{pending, poll_fn, ready},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use testkit::{
    body::{ChannelBody, ScriptedBody, channel},
    delivery::{EVENT, forged, genuine, signed},
    poll::poll_once,
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_loops::{BoxError, LoopsSignature, ResponseBody, ResponseFuture};

use crate::support::{Inner, Recorder, layer};

/// Compiles only while the service has exactly these associated types.
fn assert_service<S, B, Res>(service: S) -> S
where
    S: Service<Inner, Response = Response<Res>> + Clone,
    B: http_body::Body<Error: Into<BoxError>>,
    LoopsSignature<S>: Service<
            Request<B>,
            Response = Response<ResponseBody<Res>>,
            Error = S::Error,
            Future = ResponseFuture<S, B>,
        >,
{
    service
}

#[test]
fn the_service_has_the_inner_error_and_named_types_for_any_body() {
    let recorder = assert_service::<_, Full<Bytes>, _>(Recorder::default());
    let recorder = assert_service::<_, ScriptedBody, _>(recorder);
    assert_service::<_, Full<&'static [u8]>, _>(recorder);
    assert_service::<_, ChannelBody, _>(service_fn(async |_: Inner| {
        Ok::<_, Rc<str>>(Response::new(String::from("any response body")))
    }));
}

#[tokio::test]
async fn the_inner_service_need_not_be_send_or_static() {
    let calls = Cell::new(0);
    let inner = service_fn(|_: Inner| {
        calls.set(calls.get() + 1);
        ready(Ok::<_, Rc<str>>(Response::new(Full::<Bytes>::default())))
    });
    let response = layer().layer(inner).oneshot(genuine()).await;
    assert_eq!(response.expect("a response").status(), 200);
    assert_eq!(calls.get(), 1);
}

#[test]
fn dropping_the_future_drops_the_body_and_cancels_the_inner_call() {
    let token = Rc::new(());
    let held = Rc::clone(&token);
    let mut service = layer().layer(service_fn(move |_: Inner| {
        let held = Rc::clone(&held);
        async move {
            let _held = held;
            pending::<Result<Response<Full<Bytes>>, Infallible>>().await
        }
    }));
    let before = Rc::strong_count(&token);
    let (sender, body) = channel();
    let mut reading = Box::pin(service.call(signed(EVENT, body)));
    let mut called = Box::pin(service.call(genuine()));
    assert!(poll_once(reading.as_mut()).is_pending());
    assert!(poll_once(called.as_mut()).is_pending());
    assert_eq!(Rc::strong_count(&token), before + 2, "both are under way");
    drop((reading, called));
    assert!(sender.is_closed(), "the body is dropped");
    assert_eq!(Rc::strong_count(&token), before, "so are service and call");
}

/// Polls to the response, and once more.
fn poll_past_the_response(request: Inner) {
    // Unlike `Ready`, this future responds again and again.
    let mut service = layer().layer(service_fn(|_: Inner| {
        poll_fn(|_| Poll::Ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))))
    }));
    let mut future = pin!(service.call(request));
    assert!(poll_once(future.as_mut()).is_ready());
    let _ = poll_once(future.as_mut());
}

#[test]
#[should_panic(expected = "polled after it returned")]
fn polling_after_a_rejection_panics() {
    poll_past_the_response(forged());
}

#[test]
#[should_panic(expected = "polled after it returned")]
fn polling_after_a_response_panics() {
    poll_past_the_response(genuine());
}
