//! Tower's own middleware, inside of the layer where it guards the handler, and around it where it guards everything.

use std::{convert::Infallible, future::pending, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{
    BoxError, Service, ServiceBuilder, ServiceExt,
    load_shed::error::Overloaded,
    service_fn,
    timeout::error::Elapsed,
    util::{BoxCloneService, BoxCloneSyncService, BoxService},
};
use tower_loops::ResponseBody;
use tower_test::mock;

use crate::{
    scripted_body::ChannelBody,
    support::{EVENT, Recorder, forged, genuine, layer, next_request, poll_once, send, signed},
};

type Answered = Response<ResponseBody<Full<Bytes>>>;

#[tokio::test(start_paused = true)]
async fn load_shed_inside_sheds_only_what_was_verified() {
    let (mock, mut handle) = mock::pair();
    let service = ServiceBuilder::new()
        .layer(layer())
        .load_shed()
        .concurrency_limit(1)
        .service(mock);
    let first = tokio::spawn(send(service.clone(), genuine()));
    let (_, respond) = next_request(&mut handle).await;

    let shed = service.clone().oneshot(genuine()).await;
    let error = shed.expect_err("no capacity");
    assert!(error.is::<Overloaded>(), "{error}");
    let answer = send(service, forged()).await;
    assert_eq!(
        answer.verdict(),
        "Invalid signature",
        "a forgery is not shed"
    );

    respond.send_response(Response::new(Full::default()));
    assert_eq!(first.await.expect("no panic").status(), 200);
}

/// A well-signed request whose body never comes, polled once. It lasts as long as what is returned.
fn stall<S: Service<Request<ChannelBody>>>(service: &mut S) -> impl Sized + use<S> {
    let (sender, body) = ChannelBody::new();
    let mut future = Box::pin(service.call(signed(EVENT, body)));
    assert!(poll_once(future.as_mut()).is_pending());
    (sender, future)
}

#[tokio::test(start_paused = true)]
async fn stalled_bodies_are_no_load_to_be_shed() {
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .load_shed()
        .concurrency_limit(1)
        .service(Recorder::default());
    let stalled: Vec<_> = (0..10).map(|_| stall(&mut service)).collect();
    let answer = send(service, genuine()).await;
    assert_eq!(answer.verdict(), "accepted");
    drop(stalled);
}

#[tokio::test(start_paused = true)]
async fn stalled_bodies_take_no_slot_of_a_buffer_inside() {
    let recorder = Recorder::default();
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .buffer(1)
        .service(recorder.clone());
    let stalled: Vec<_> = (0..10).map(|_| stall(&mut service)).collect();
    assert_eq!(send(service, genuine()).await.verdict(), "accepted");
    assert_eq!(recorder.calls(), 1, "calls of the inner service");
    drop(stalled);
}

#[tokio::test(start_paused = true)]
async fn a_buffer_around_takes_the_layer_as_any_service() {
    let service = ServiceBuilder::new()
        .buffer::<Request<Full<Bytes>>>(4)
        .layer(layer())
        .service(Recorder::default());
    let answer = send(service.clone(), genuine()).await;
    assert_eq!(answer.verdict(), "accepted");
    assert_eq!(send(service, forged()).await.verdict(), "Invalid signature");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_around_counts_the_time_of_the_body() {
    let service = ServiceBuilder::new()
        .timeout(Duration::from_secs(5))
        .layer(layer())
        .service(Recorder::default());
    let (_sender, body) = ChannelBody::new();
    let stalled = service.clone().oneshot(signed(EVENT, body)).await;
    let error = stalled.expect_err("too late");
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(send(service, genuine()).await.verdict(), "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_counts_the_time_of_the_handler_alone() {
    let inside = ServiceBuilder::new()
        .layer(layer())
        .timeout(Duration::from_secs(5));

    let service = inside.clone().service(Recorder::default());
    let (sender, body) = ChannelBody::new();
    let slow = tokio::spawn(send(service, signed(EVENT, body)));
    tokio::time::sleep(Duration::from_secs(20)).await;
    sender.send(EVENT.into()).expect("the body is wanted");
    drop(sender);
    assert_eq!(slow.await.expect("no panic").verdict(), "accepted");

    let service = inside.service_fn(|_| pending::<Result<Response<Full<Bytes>>, Infallible>>());
    let stuck = service.clone().oneshot(genuine()).await;
    let error = stuck.expect_err("too late");
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(send(service, forged()).await.verdict(), "Invalid signature");
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_inside_counts_only_what_was_verified() {
    let minute = Duration::from_secs(60);
    let service = ServiceBuilder::new()
        .layer(layer())
        .buffer(8)
        .rate_limit(1, minute)
        .service(Recorder::default());
    let start = tokio::time::Instant::now();
    for _ in 0..5 {
        assert_eq!(send(service.clone(), forged()).await.status(), 401);
    }
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);
    assert_eq!(start.elapsed(), Duration::ZERO, "the first of the minute");
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);
    assert!(start.elapsed() >= minute, "after {:?}", start.elapsed());
    let waited = start.elapsed();
    assert_eq!(send(service, forged()).await.status(), 401);
    assert_eq!(start.elapsed(), waited, "a forgery does not wait");
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_around_counts_everything() {
    let minute = Duration::from_secs(60);
    let mut service = ServiceBuilder::new()
        .rate_limit(1, minute)
        .layer(layer())
        .service(Recorder::default());
    let start = tokio::time::Instant::now();
    for (request, expected) in [(forged(), 401), (genuine(), 200)] {
        let Ok(ready) = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await;
        let Ok(response) = ready.call(request).await;
        assert_eq!(response.status(), expected);
    }
    assert!(start.elapsed() >= minute, "after {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn boxed_services_around() {
    let service = || {
        ServiceBuilder::new()
            .layer(layer())
            .service(Recorder::default())
    };
    let boxed: BoxService<Request<Full<Bytes>>, Answered, Infallible> = BoxService::new(service());
    assert_eq!(send(boxed, genuine()).await.verdict(), "accepted");
    let boxed: BoxCloneService<Request<Full<Bytes>>, Answered, Infallible> =
        BoxCloneService::new(service());
    assert_eq!(send(boxed.clone(), forged()).await.status(), 401);
    let boxed: BoxCloneSyncService<Request<Full<Bytes>>, Answered, Infallible> =
        BoxCloneSyncService::new(service());
    assert_eq!(send(boxed.clone(), genuine()).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn boxed_services_inside() {
    let handler = || {
        service_fn(async |_: Request<Full<Bytes>>| {
            Ok::<_, BoxError>(Response::new(Full::<Bytes>::default()))
        })
    };
    let service = ServiceBuilder::new()
        .layer(layer())
        .service(BoxCloneService::new(handler()));
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);
    assert_eq!(send(service, forged()).await.status(), 401);

    // A `BoxService` is not `Clone`: a buffer makes it so.
    let service = ServiceBuilder::new()
        .layer(layer())
        .buffer(4)
        .service(BoxService::new(handler()));
    assert_eq!(send(service.clone(), genuine()).await.status(), 200);
    assert_eq!(send(service, forged()).await.status(), 401);
}
