//! The response to each delivery while the store works, and what reaches handler and store.

use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::Full;
use testkit::{
    delivery::{SECRET, delivery, forged, now, payload, secret, unsigned},
    response::Answer,
};
use tokio::time::advance;
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{
    BoxError, LoopsSignatureLayer, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, IdempotencyLayer, MemoryStore},
};

use crate::{
    scripted_store::{Op, ScriptedStore},
    support::{Calls, Gate, deliver, delivery_of, log, millis, reply, seconds, spawn_delivery},
};

#[tokio::test]
async fn request_and_first_response_are_passed_on_unchanged() {
    let handler = service_fn(async |request: Request<()>| {
        let event: &VerifiedEvent = request.extensions().get().ok_or("no event")?;
        let text = format!("{} {} {}", request.method(), request.uri(), event.id());
        let response = Response::builder()
            .status(StatusCode::ACCEPTED)
            .version(Version::HTTP_10)
            .header("x-of-the-handler", "kept")
            .extension(17_u8);
        Ok::<_, BoxError>(response.body(Full::<Bytes>::from(text))?)
    });
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let mut request = delivery_of("evt_1");
    *request.method_mut() = http::Method::PUT;
    *request.uri_mut() = "/hook?a=1".parse().expect("a URI");
    let response = service.oneshot(request).await.expect("a response");
    assert_eq!(response.version(), Version::HTTP_10);
    assert_eq!(response.extensions().get(), Some(&17_u8));
    let answer = Answer::of(response).await;
    assert_eq!(answer.headers.len(), 1, "{:?}", answer.headers);
    assert_eq!(answer.header("x-of-the-handler"), Some("kept"));
    assert_eq!(answer.seen(), (202, "PUT /hook?a=1 evt_1"));
}

#[tokio::test]
async fn a_duplicate_is_acknowledged_without_the_handler() {
    assert_eq!(DUPLICATE_HEADER, "x-loops-webhook-duplicate");
    for status in [200, 201, 204, 299] {
        let calls = Calls::default();
        let handler = calls.handler(move |_| async move { reply(status) });
        let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
        assert_eq!(deliver(&service, "evt_1").await.status, status);
        for _ in 0..3 {
            let answer = deliver(&service, "evt_1").await;
            assert_eq!(answer.seen(), (200, r#"{"received": true}"#), "{status}");
            assert_eq!(answer.retry_after(), None, "{status}");
            assert!(answer.is_duplicate(), "{answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
        assert_eq!(calls.count(), 1, "after {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_in_flight_gets_409_and_the_seconds_until_the_lease_ends() {
    // The lease and the part that has passed, in ms; whole seconds, at least one.
    for (lease, passed, expected) in [
        (60_000, 0, "60"),
        (60_000, 1, "60"),
        (60_000, 999, "60"),
        (60_000, 1000, "59"),
        (60_000, 1001, "59"),
        (1_500, 0, "2"),
        (1_000, 0, "1"),
        (30, 999, "1"),
    ] {
        for status in [409, 503] {
            let (calls, gate) = (Calls::default(), Gate::new());
            let mut layer = IdempotencyLayer::new(MemoryStore::new()).with_lease(millis(lease));
            if status == 503 {
                layer = layer.with_in_flight_status(StatusCode::SERVICE_UNAVAILABLE);
            }
            let service = layer.layer(calls.waiting_at(&gate));
            let first = spawn_delivery(&service, "evt_1");
            gate.arrival().await;
            advance(millis(passed)).await;
            let answer = deliver(&service, "evt_1").await;
            let case = format!("{passed} of {lease} ms");
            assert_eq!(answer.status, status, "{case}");
            assert_eq!(answer.retry_after(), Some(expected), "{case}");
            assert_eq!((answer.is_duplicate(), calls.count()), (false, 1), "{case}");
            gate.open();
            assert!(first.await.expect("an answer").is_handled(), "{case}");
            assert!(deliver(&service, "evt_1").await.is_duplicate(), "{case}");
        }
    }
}

#[test]
#[should_panic(expected = "an event in flight is not acknowledged")]
fn an_event_in_flight_cannot_be_acknowledged() {
    let layer = IdempotencyLayer::new(MemoryStore::new());
    let _ = layer.with_in_flight_status(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_failing_status_is_passed_on_and_the_event_released() {
    for status in [100, 199, 300, 304, 400, 404, 409, 410, 422, 500, 503] {
        let calls = Calls::default();
        let handler =
            calls.handler(move |call| async move { reply(if call == 0 { status } else { 200 }) });
        let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
        let failure = deliver(&service, "evt_1").await;
        assert_eq!(failure.seen(), (status, "the handler's"));
        assert_eq!(failure.retry_after(), None, "{status}");
        assert!(deliver(&service, "evt_1").await.is_handled(), "{status}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{status}");
        assert_eq!(calls.count(), 2, "{status}");
    }
}

#[tokio::test]
async fn an_error_is_passed_on_and_the_event_released() {
    let calls = Calls::default();
    let handler = calls.handler(|call| async move {
        match call {
            0 => Err("the database is gone".into()),
            _ => reply(200),
        }
    });
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let request = delivery_of("evt_1");
    let error = service.clone().oneshot(request).await.expect_err("failed");
    assert_eq!(error.to_string(), "the database is gone");
    assert!(deliver(&service, "evt_1").await.is_handled());
}

#[tokio::test]
async fn a_panic_is_answered_500_and_the_event_released() {
    for (detached, is_sync) in [(true, true), (true, false), (false, true), (false, false)] {
        let calls = Calls::default();
        let handler = calls.handler(move |call| {
            assert!(!(is_sync && call == 0), "panics in the call");
            async move {
                tokio::task::yield_now().await;
                assert!(call != 0, "panics in the future");
                reply(200)
            }
        });
        let layer = IdempotencyLayer::new(MemoryStore::new()).with_detached_handler(detached);
        let service = layer.layer(handler);
        let case = format!("sync {is_sync}, detached {detached}");
        let answer = deliver(&service, "evt_1").await;
        let seen = answer.seen();
        assert_eq!(seen, (500, r#"{"error":"Processing failed"}"#), "{case}");
        assert!(deliver(&service, "evt_1").await.is_handled(), "{case}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{case}");
        assert_eq!(calls.count(), 2, "{case}");
    }
}

#[tokio::test]
async fn a_request_without_a_verified_event_is_answered_500_and_logged() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let layer = IdempotencyLayer::new(store.clone()).dangerous_fail_open();
    let (log, _guard) = log();
    let service = layer.layer(calls.succeeding());
    let response = service.oneshot(Request::new(())).await;
    let answer = Answer::of(response.expect("a response")).await;
    assert_eq!(answer.seen(), (500, r#"{"error":"Misconfigured"}"#));
    assert_eq!((calls.count(), store.counts()), (0, [0; 4]));
    assert_eq!(log.count("ERROR", "VerifiedEvent"), 1);
}

#[tokio::test]
async fn only_verified_deliveries_reach_the_store_and_a_replay_is_a_duplicate() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let send = async |request: Request<Full<Bytes>>, after: u64| {
        let calls = calls.clone();
        let handler = service_fn(move |_: Request<Full<Bytes>>| {
            calls.begin();
            async { reply(200) }
        });
        let service = LoopsSignatureLayer::new(secret(SECRET))
            .with_clock(move || now() + seconds(after))
            .layer(IdempotencyLayer::new(store.clone()).layer(handler));
        let response: Result<Response<_>, BoxError> = service.oneshot(request).await;
        Answer::of(response.expect("a response")).await
    };
    let event = payload("evt_1");
    let nameless = r#"{"type":"charge.succeeded"}"#;
    for (request, after, status) in [
        (unsigned(), 0, 400),
        (forged(), 0, 401),
        (delivery(nameless), 0, 400),
        (delivery(event.clone()), 301, 401),
    ] {
        assert_eq!(send(request, after).await.status, status);
        assert_eq!((calls.count(), store.counts()), (0, [0; 4]));
    }
    assert!(send(delivery(event.clone()), 0).await.is_handled());
    for after in [0, 1, 299, 300] {
        let answer = send(delivery(event.clone()), after).await;
        assert!(answer.is_duplicate(), "{after} s");
    }
    assert_eq!((calls.count(), store.count(Op::Claim)), (1, 5));
}
