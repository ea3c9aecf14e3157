//! What the types are: named, `Send` where their parts are and not asking for more, and clean when dropped midway.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    fmt::Debug,
    future::{Ready, poll_fn, ready},
    pin::pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_loops::{BoxError, LoopsSignature, LoopsSignatureLayer, ResponseBody, ResponseFuture};

use crate::{
    scripted_body::{ChannelBody, ScriptedBody},
    support::{
        EVENT, Recorder, SECRET, forged, full, genuine, layer, poll_once, recording, signed,
    },
};

type Inner = Request<Full<Bytes>>;

fn assert_send<T: Send>() {}
fn assert_sync<T: Sync>() {}
fn assert_unpin<T: Unpin>() {}
fn assert_clone_debug<T: Clone + Debug>() {}

#[test]
fn types_are_send_and_sync_where_their_parts_are() {
    assert_send::<LoopsSignatureLayer>();
    assert_sync::<LoopsSignatureLayer>();
    assert_send::<LoopsSignature<Recorder>>();
    assert_sync::<LoopsSignature<Recorder>>();
    assert_send::<ResponseFuture<Recorder, Full<Bytes>>>();
    assert_unpin::<ResponseFuture<Recorder, Full<Bytes>>>();
    assert_send::<ResponseBody<Full<Bytes>>>();
    assert_sync::<ResponseBody<Full<Bytes>>>();
    assert_unpin::<ResponseBody<Full<Bytes>>>();
    // A body that is `Send` and not `Sync` is what servers have.
    assert_send::<
        ResponseFuture<Recorder, http_body_util::combinators::UnsyncBoxBody<Bytes, BoxError>>,
    >();
    assert_clone_debug::<LoopsSignatureLayer>();
    assert_clone_debug::<LoopsSignature<Recorder>>();
}

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

/// A future that can be stored, by name and without a box.
struct InFlight(ResponseFuture<Recorder, Full<Bytes>>);

#[tokio::test]
async fn the_future_can_be_named() {
    let (mut service, recorder) = recording(&layer());
    let in_flight = InFlight(service.call(genuine()));
    let Ok(response) = in_flight.0.await;
    assert_eq!(response.status(), 200);
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test]
async fn a_service_and_a_body_that_are_not_send_run_on_one_thread() {
    let ids = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::clone(&ids);
    let service = layer().layer(service_fn(move |request: Inner| {
        let kept = Rc::clone(&kept);
        async move {
            let event: Option<&tower_loops::VerifiedEvent> = request.extensions().get();
            kept.borrow_mut()
                .push(event.expect("the event").id().to_owned());
            Ok::<_, Rc<str>>(Response::new(Full::<Bytes>::default()))
        }
    }));
    let local = tokio::task::LocalSet::new();
    let answered = local.spawn_local(async move {
        let unsend = Rc::new(());
        let body = full(EVENT).map_frame(move |frame| {
            let _ = &unsend;
            frame
        });
        service
            .oneshot(signed(EVENT, body))
            .await
            .map(|response| response.status())
    });
    local.await;
    let status = answered.await.expect("no panic");
    assert_eq!(status.expect("a response"), 200);
    assert_eq!(*ids.borrow(), ["evt_1"]);
}

/// An inner service that lives no longer than a local variable.
#[derive(Clone)]
struct Borrowing<'a>(&'a Cell<u32>);

impl Service<Inner> for Borrowing<'_> {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Inner) -> Self::Future {
        self.0.set(self.0.get() + 1);
        ready(Ok(Response::default()))
    }
}

#[tokio::test]
async fn the_inner_service_need_not_be_static() {
    let calls = Cell::new(0);
    let Ok(response) = layer().layer(Borrowing(&calls)).oneshot(genuine()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(calls.get(), 1);
}

#[test]
fn dropping_the_future_midway_drops_the_body_and_the_inner_service() {
    let (mut service, recorder) = recording(&layer());
    let before = recorder.clones();
    let (sender, body) = ChannelBody::new();
    let mut future = Box::pin(service.call(signed(EVENT, body)));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(!sender.is_closed(), "the body is still read");
    drop(future);
    assert!(sender.is_closed(), "the body is dropped");
    assert_eq!(recorder.clones(), before, "clones of the inner service");
}

#[test]
fn dropping_the_future_cancels_the_inner_call() {
    let token = Rc::new(());
    let held = Rc::clone(&token);
    let mut service = layer().layer(service_fn(move |_: Inner| {
        let held = Rc::clone(&held);
        async move {
            let _held = held;
            std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>().await
        }
    }));
    let mut future = Box::pin(service.call(genuine()));
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(Rc::strong_count(&token), 3, "the call is under way");
    drop(future);
    assert_eq!(Rc::strong_count(&token), 2, "the call is dropped");
}

/// Polls twice: to the answer, and once more.
fn poll_past_the_answer(request: Inner) {
    // Unlike `Ready`, this future would answer again and again.
    let mut service = layer().layer(service_fn(|_: Inner| {
        poll_fn(|_| Poll::Ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))))
    }));
    let mut future = pin!(service.call(request));
    assert!(poll_once(future.as_mut()).is_ready());
    let _ = poll_once(future.as_mut());
}

#[test]
#[should_panic(expected = "polled after it returned")]
fn polling_after_a_refusal_panics() {
    poll_past_the_answer(forged());
}

#[test]
#[should_panic(expected = "polled after it returned")]
fn polling_after_an_answer_panics() {
    poll_past_the_answer(genuine());
}

/// `Recorder` and `ScriptedBody` have no `Debug`.
#[test]
fn debug_is_redacted_and_asks_nothing_of_the_parts() {
    let mut service = layer().layer(Recorder::default());
    for shown in [format!("{:?}", layer()), format!("{service:?}")] {
        assert!(shown.starts_with("LoopsSignature"), "{shown}");
        assert!(!shown.contains(SECRET), "{shown}");
        let bytes = format!("{:?}", SECRET.as_bytes());
        assert!(!shown.contains(&bytes[1..bytes.len() - 1]), "{shown}");
    }
    let future = service.call(signed(EVENT, ScriptedBody::new([EVENT])));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");
}
