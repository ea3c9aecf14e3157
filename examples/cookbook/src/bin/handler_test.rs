//! Tests of a handler, without a server and without signing by hand: the event by itself, then the
//! route behind its layer, then what must never reach the handler. The tests are the second half.
//!
//! ```sh
//! cargo test --manifest-path examples/cookbook/Cargo.toml --bin handler_test
//! ```
//!
//! It needs `tower-loops` with `axum` and `tokio`, and with `test-util` in `[dev-dependencies]`,
//! beside `tower` with `util`.

use axum::{Router, extract::State, routing::post};
use tokio::net::TcpListener;
use tower_loops::{BoxError, EventData, LoopsSignatureLayer, VerifiedEvent};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/api/webhooks/loops");
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app(LoopsSignatureLayer::from_env()?, "shipping")).await?;
    Ok(())
}

/// The layer is an argument, so that a test can pass one that accepts what the test sends.
fn app(signature: LoopsSignatureLayer, department: &'static str) -> Router {
    Router::new()
        .route("/api/webhooks/loops", post(receive).route_layer(signature))
        .with_state(department)
}

async fn receive(State(department): State<&'static str>, event: VerifiedEvent) -> String {
    match paid_order(&event) {
        Some(order) => format!("{department} gets order {order}"),
        None => "acknowledged".to_owned(),
    }
}

/// What can be tested without HTTP is a function of the event.
fn paid_order(event: &VerifiedEvent) -> Option<String> {
    match event.data() {
        Ok(EventData::ChargeSucceeded(charge)) => charge.metadata?.remove("order_id"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use axum::{
        body::{Body, to_bytes},
        http::Request,
        response::Response,
    };
    use serde_json::json;
    use tower::ServiceExt;
    use tower_loops::{EventType, SIGNATURE_HEADER, Secret, Signer, testing};

    use super::*;

    async fn seen(response: Response) -> (u16, String) {
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn the_order_of_a_charge() {
        let members = json!({ "metadata": { "order_id": "7" } });
        let event = testing::event(&EventType::ChargeSucceeded, members);
        assert_eq!(paid_order(&event).as_deref(), Some("7"));
        let event = testing::event(&EventType::ChargeSucceeded, json!({ "metadata": {} }));
        assert_eq!(paid_order(&event), None);
    }

    #[tokio::test]
    async fn the_route_behind_its_layer() {
        let request = testing::request(&EventType::ChargeSucceeded, json!({}));
        let response = app(testing::layer(), "tests")
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(
            seen(response).await,
            (200, "tests gets order 1001".to_owned())
        );
    }

    #[tokio::test]
    async fn an_unsigned_request_does_not_reach_the_handler() {
        let mut request = testing::request(&EventType::ChargeSucceeded, json!({}));
        request.headers_mut().remove(SIGNATURE_HEADER);
        let response = app(testing::layer(), "tests")
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(
            seen(response).await,
            (400, r#"{"error":"Missing signature"}"#.to_owned())
        );
    }

    #[tokio::test]
    async fn a_recorded_delivery_at_the_time_of_its_record() {
        let recorded = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"metadata":{"order_id":"9"}}}}"#;
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let secret = Secret::new("whsec_of_the_record").unwrap();
        let signature = Signer::new(&secret).sign(recorded.as_bytes(), then);
        let request = Request::post("/api/webhooks/loops").header(SIGNATURE_HEADER, signature);
        let layer = LoopsSignatureLayer::new(secret).with_clock(move || then);
        let response = app(layer, "tests").oneshot(request.body(Body::from(recorded)).unwrap());
        assert_eq!(
            seen(response.await.unwrap()).await,
            (200, "tests gets order 9".to_owned())
        );
    }
}
