//! What each delivery is answered while the store works.

use std::time::Duration;

use http::{Request, Response, StatusCode, Version};
use http_body_util::Full;
use tokio::time::advance;
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{
    BoxError, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, IdempotencyLayer, MemoryStore},
};

use crate::support::{Answer, Calls, Gate, deliver, delivery_of, payload, reply, spawn_delivery};

#[tokio::test]
async fn the_first_delivery_gets_the_handlers_response_as_it_is() {
    let handler = service_fn(async |_: Request<()>| {
        let response = Response::builder()
            .status(StatusCode::ACCEPTED)
            .version(Version::HTTP_10)
            .header("x-of-the-handler", "kept")
            .header("content-type", "text/plain")
            .extension(17_u8);
        Ok::<_, BoxError>(response.body(Full::from("taken"))?)
    });
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let request = delivery_of(&payload("evt_1"));
    let response = service.oneshot(request).await.expect("a response");

    assert_eq!(response.version(), Version::HTTP_10);
    assert_eq!(response.extensions().get(), Some(&17_u8));
    assert_eq!(response.headers().len(), 2, "{:?}", response.headers());
    assert_eq!(response.headers()["x-of-the-handler"], "kept");
    let answer = Answer::of(response).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, "taken"));
    assert_eq!(answer.content_type.as_deref(), Some("text/plain"));
}

#[tokio::test]
async fn the_handler_gets_the_request_as_it_is() {
    let handler = service_fn(async |request: Request<()>| {
        let event: &VerifiedEvent = request.extensions().get().ok_or("no event")?;
        let text = format!("{} {} {}", request.method(), request.uri(), event.id());
        Ok::<_, BoxError>(Response::new(Full::from(text)))
    });
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let mut request = delivery_of(&payload("evt_1"));
    *request.method_mut() = http::Method::PUT;
    *request.uri_mut() = "/hook?a=1".parse().expect("a URI");
    let response = service.oneshot(request).await.expect("a response");
    assert_eq!(Answer::of(response).await.body, "PUT /hook?a=1 evt_1");
}

#[tokio::test]
async fn a_duplicate_of_a_handled_event_is_acknowledged_without_the_handler() {
    let calls = Calls::default();
    for status in [200, 201, 204, 299] {
        let handler = calls.handler(move |_| async move { reply(status) });
        let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
        let before = calls.count();
        assert_eq!(deliver(&service, "evt_1").await.status, status);
        for _ in 0..3 {
            let expected = Answer {
                status: 200,
                retry_after: None,
                duplicate: Some("true".into()),
                content_type: Some("application/json".into()),
                body: r#"{"received": true}"#.into(),
            };
            assert_eq!(deliver(&service, "evt_1").await, expected, "after {status}");
        }
        assert_eq!(calls.count() - before, 1, "after {status}");
    }
    assert_eq!(DUPLICATE_HEADER, "x-loops-webhook-duplicate");
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_in_flight_is_told_when_to_come_again() {
    // The lease, how much of it has passed, and the seconds that are left of it in whole, at least one.
    let rows = [
        (60_000, 0, "60"),
        (60_000, 1, "60"),
        (60_000, 999, "60"),
        (60_000, 1000, "59"),
        (60_000, 1001, "59"),
        (1_500, 0, "2"),
        (1_000, 0, "1"),
        (30, 0, "1"),
        (30, 999, "1"),
    ];
    for (lease, passed, expected) in rows {
        let (calls, gate) = (Calls::default(), Gate::new());
        let handler = calls.waiting_at(&gate);
        let service = IdempotencyLayer::new(MemoryStore::new())
            .with_lease(Duration::from_millis(lease))
            .layer(handler);
        let first = spawn_delivery(&service, "evt_1");
        gate.arrival().await;
        advance(Duration::from_millis(passed)).await;
        let answer = deliver(&service, "evt_1").await;

        let case = format!("{passed} of {lease} ms");
        assert_eq!(answer.status, 409, "{case}");
        assert_eq!(answer.retry_after.as_deref(), Some(expected), "{case}");
        assert_eq!(answer.duplicate, None, "{case}");
        assert_eq!(calls.count(), 1, "{case}");
        gate.open();
        assert_eq!(first.await.expect("an answer").status, 200, "{case}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{case}");
    }
}

#[tokio::test]
async fn the_status_in_flight_can_be_chosen() {
    let gate = Gate::new();
    let handler = Calls::default().waiting_at(&gate);
    let service = IdempotencyLayer::new(MemoryStore::new())
        .with_in_flight_status(StatusCode::SERVICE_UNAVAILABLE)
        .layer(handler);
    let first = spawn_delivery(&service, "evt_1");
    gate.arrival().await;
    let answer = deliver(&service, "evt_1").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.retry_after.as_deref(), Some("60"));
    gate.open();
    assert_eq!(first.await.expect("no panic").status, 200);
}

#[tokio::test]
async fn a_failing_status_is_passed_on_and_the_next_delivery_runs() {
    for status in [100, 199, 300, 304, 400, 404, 409, 410, 422, 500, 503] {
        let calls = Calls::default();
        let handler =
            calls.handler(move |call| async move { reply(if call == 0 { status } else { 200 }) });
        let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);

        let failure = deliver(&service, "evt_1").await;
        assert_eq!(failure.status, status);
        assert_eq!(failure.body, "the handler's", "{status}");
        assert_eq!(failure.retry_after, None, "{status}");
        let retry = deliver(&service, "evt_1").await;
        assert_eq!((retry.status, retry.duplicate), (200, None), "{status}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{status}");
        assert_eq!(calls.count(), 2, "{status}");
    }
}

#[tokio::test]
async fn an_error_is_passed_on_and_the_next_delivery_runs() {
    let calls = Calls::default();
    let handler = calls.handler(|call| async move {
        match call {
            0 => Err("the database is gone".into()),
            _ => reply(200),
        }
    });
    let service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let request = delivery_of(&payload("evt_1"));
    let error = service.clone().oneshot(request).await.expect_err("failed");
    assert_eq!(error.to_string(), "the database is gone");
    assert_eq!(deliver(&service, "evt_1").await.duplicate, None);
    assert_eq!(calls.count(), 2);
}

#[tokio::test]
async fn a_panic_is_answered_500_and_the_next_delivery_runs() {
    for detached in [true, false] {
        for is_sync in [true, false] {
            let calls = Calls::default();
            let handler = calls.handler(move |call| {
                assert!(!(is_sync && call == 0), "panics in the call");
                async move {
                    tokio::task::yield_now().await;
                    assert!(call != 0, "panics in the future");
                    reply(200)
                }
            });
            let service = IdempotencyLayer::new(MemoryStore::new())
                .with_detached_handler(detached)
                .layer(handler);

            let case = format!("sync {is_sync}, detached {detached}");
            let answer = deliver(&service, "evt_1").await;
            assert_eq!(answer.status, 500, "{case}");
            assert_eq!(answer.body, r#"{"error":"Processing failed"}"#, "{case}");
            assert_eq!(deliver(&service, "evt_1").await.status, 200, "{case}");
            assert!(deliver(&service, "evt_1").await.is_duplicate(), "{case}");
            assert_eq!(calls.count(), 2, "{case}");
        }
    }
}
