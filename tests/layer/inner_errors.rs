//! Errors of the inner service, from `poll_ready` and from `call`, are passed on as they are, and only to what was verified.

use std::{
    fmt,
    future::{Ready, ready},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt};
use tower_test::mock;

use crate::support::{Handle, Mock, forged, genuine, layer, next_request, send};

/// An error type that is neither boxed nor convertible.
#[derive(Debug, PartialEq)]
struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Fails where it is told to.
#[derive(Clone)]
struct Failing {
    ready: Result<(), &'static str>,
}

impl Service<Request<Full<Bytes>>> for Failing {
    type Response = Response<Full<Bytes>>;
    type Error = Broken;
    type Future = Ready<Result<Self::Response, Broken>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        Poll::Ready(self.ready.map_err(Broken))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Err(Broken("in call")))
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_inner_service_are_passed_on_as_they_are() {
    let rows = [(Err("in poll_ready"), "in poll_ready"), (Ok(()), "in call")];
    for (ready, expected) in rows {
        let service = layer().layer(Failing { ready });
        let error: Broken = service
            .clone()
            .oneshot(genuine())
            .await
            .expect_err("the inner error");
        assert_eq!(error, Broken(expected));

        let refused = service.oneshot(forged()).await;
        let refused = refused.expect("a refusal, whatever the inner service would have said");
        assert_eq!(refused.status(), 401);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_inner_service_of_tower_test_fails_only_what_was_verified() {
    let (mock, mut handle): (Mock, Handle) = mock::pair();
    let service = layer().layer(mock);
    let verified = tokio::spawn(service.clone().oneshot(genuine()));
    let (_, respond) = next_request(&mut handle).await;
    respond.send_error("the database is gone");
    let error = verified.await.expect("no panic").expect_err("an error");
    assert_eq!(error.to_string(), "the database is gone");

    handle.send_error("shut down");
    let error = service
        .clone()
        .oneshot(genuine())
        .await
        .expect_err("an error");
    assert!(error.to_string().contains("shut down"), "{error}");
    assert_eq!(send(service, forged()).await.status(), 401);
}
