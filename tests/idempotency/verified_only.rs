//! Only what Loops signed gets as far as the store, and what it signed once is handled once however often it is sent.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_loops::{
    BoxError, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, idempotency::IdempotencyLayer,
};

use crate::{
    scripted_store::{Op, ScriptedStore},
    support::{Answer, Calls, now, payload, reply, secret, signed},
};

struct Endpoint {
    store: ScriptedStore,
    calls: Calls,
}

impl Endpoint {
    fn new() -> Self {
        Self {
            store: ScriptedStore::default(),
            calls: Calls::default(),
        }
    }

    /// Sends a request to the endpoint at a moment.
    async fn send(&self, request: Request<Full<Bytes>>, at: SystemTime) -> Answer {
        let calls = self.calls.clone();
        let handler = service_fn(move |_: Request<Full<Bytes>>| {
            calls.begin();
            async { reply(200) }
        });
        let idempotency = IdempotencyLayer::new(self.store.clone()).layer(handler);
        let service = LoopsSignatureLayer::new(secret())
            .with_clock(move || at)
            .layer(idempotency);
        let response: Result<Response<_>, BoxError> = service.oneshot(request).await;
        Answer::of(response.expect("a response")).await
    }
}

fn genuine() -> Request<Full<Bytes>> {
    let (body, signature) = signed(&payload("evt_1"));
    let request = Request::post("/").header(SIGNATURE_HEADER, signature);
    request.body(Full::new(body)).expect("a request")
}

#[tokio::test]
async fn a_rejected_delivery_never_reaches_the_store() {
    let endpoint = Endpoint::new();
    let mut forged = genuine();
    let attacker = Signer::new(Secret::new("whsec_of_somebody_else").expect("not empty"));
    let signature = attacker.sign(payload("evt_1").as_bytes(), now());
    forged.headers_mut().insert(SIGNATURE_HEADER, signature);
    let mut unsigned = genuine();
    unsigned.headers_mut().remove(SIGNATURE_HEADER);
    let mut changed = genuine();
    *changed.body_mut() = Full::from(payload("evt_2"));
    let mut nameless = genuine();
    let (body, signature) = signed(r#"{"type":"charge.succeeded"}"#);
    nameless.headers_mut().insert(SIGNATURE_HEADER, signature);
    *nameless.body_mut() = Full::new(body);

    for (case, request, status) in [
        ("forged", forged, 401),
        ("unsigned", unsigned, 400),
        ("changed", changed, 401),
        ("without an id", nameless, 400),
    ] {
        let answer = endpoint.send(request, now()).await;
        assert_eq!(answer.status, status, "{case}");
        assert_eq!(endpoint.store.counts(), [0; 4], "{case}");
        assert_eq!(endpoint.calls.count(), 0, "{case}");
    }
    let late = now() + Duration::from_secs(301);
    assert_eq!(endpoint.send(genuine(), late).await.status, 401);
    assert_eq!(endpoint.store.counts(), [0; 4], "too late");

    // Nothing of this has taken the event's place.
    let answer = endpoint.send(genuine(), now()).await;
    assert_eq!((answer.status, answer.duplicate), (200, None));
    assert_eq!(endpoint.calls.count(), 1);
}

#[tokio::test]
async fn a_captured_delivery_sent_again_is_not_handled_again() {
    let endpoint = Endpoint::new();
    assert_eq!(endpoint.send(genuine(), now()).await.duplicate, None);
    for seconds in [0, 1, 299, 300] {
        let at = now() + Duration::from_secs(seconds);
        let answer = endpoint.send(genuine(), at).await;
        assert!(answer.is_duplicate(), "{seconds} s later: {answer:?}");
    }
    assert_eq!(endpoint.calls.count(), 1);
    assert_eq!(endpoint.store.count(Op::Claim), 5);
}
