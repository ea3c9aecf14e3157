//! Why is it a 401? The log has the reason of each rejection, and while `LOOPS_EXPLAIN` is set, the
//! cause as well: another secret, a line break in it, a body that a proxy has changed.
//!
//! ```sh
//! LOOPS_EXPLAIN=1 LOOPS_WEBHOOK_SECRET=whsec_example cargo run --manifest-path examples/cookbook/Cargo.toml --bin rejections
//! ```
//!
//! Then send it an event that another secret signed:
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_other cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops
//! ```
//!
//! It needs `tower-loops` with `axum`, `explain` and `tokio`.

use std::{
    env,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use tokio::{net::TcpListener, task::spawn_blocking, time::timeout};
use tower_loops::{
    BoxError, LoopsSignatureLayer, Rejection, SIGNATURE_HEADER, Secret, VerifiedEvent,
    explain::Explainer,
};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // `RUST_LOG` chooses otherwise. In production, INFO is enough until something is wrong.
    let filter = EnvFilter::try_from_default_env().unwrap_or("tower_loops=debug".into());
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let secret = Secret::from_env("LOOPS_WEBHOOK_SECRET")?;
    let explainer = env::var_os("LOOPS_EXPLAIN").map(|_| Explainer::new(&secret));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/api/webhooks/loops");
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app(&secret, explainer)).await?;
    Ok(())
}

fn app(secret: &Secret, explainer: Option<Explainer>) -> Router {
    let mut hook = post(receive).route_layer(LoopsSignatureLayer::new(secret));
    if let Some(explainer) = explainer {
        // Added last, so outside: it sees what is rejected.
        hook = hook.route_layer(from_fn_with_state(explainer, explain));
    }
    Router::new().route("/api/webhooks/loops", hook)
}

async fn receive(event: VerifiedEvent) -> &'static str {
    println!("received {:?}", event.id());
    r#"{"received":true}"#
}

/// Prints why a delivery was rejected; the response stays as it is, and shows an attacker nothing.
/// Use it only while you search for a cause: it keeps each body, and hashes it in many forms.
async fn explain(State(explainer): State<Explainer>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = timeout(Duration::from_secs(10), to_bytes(body, 1024 * 1024)).await;
    let Ok(Ok(body)) = body else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let lines: Vec<HeaderValue> = parts
        .headers
        .get_all(SIGNATURE_HEADER)
        .iter()
        .cloned()
        .collect();
    let response = next
        .run(Request::from_parts(parts, Body::from(body.clone())))
        .await;
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        eprintln!("rejected: {}", rejection.kind());
        let causes = spawn_blocking(move || causes(&explainer, &lines, &body)).await;
        causes
            .unwrap_or_default()
            .iter()
            .for_each(|cause| eprintln!("  {cause}"));
    }
    response
}

fn causes(explainer: &Explainer, lines: &[HeaderValue], body: &[u8]) -> Vec<String> {
    let lines = lines.iter().map(HeaderValue::as_bytes);
    let explanation = explainer.explain(lines, body, SystemTime::now());
    let findings = explanation.findings().iter();
    findings
        .map(|finding| format!("{}: {}", finding.cause(), finding.detail()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tower::ServiceExt;
    use tower_loops::{EventType, testing};

    use super::*;

    #[tokio::test]
    async fn the_cause_is_found_and_the_response_does_not_tell_it() {
        let [request, again] =
            [(); 2].map(|()| testing::request(&EventType::ChargeSucceeded, json!({})));
        // As from a file whose last line ends.
        let secret = Secret::new(format!("{}\n", testing::SECRET)).unwrap();
        let explainer = Explainer::new(&secret);
        let response = app(&secret, Some(explainer.clone()))
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let answer = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(answer, r#"{"error":"Invalid signature"}"#);

        let (parts, body) = again.into_parts();
        let body = to_bytes(Body::new(body), 1024 * 1024).await.unwrap();
        let causes = causes(
            &explainer,
            &[parts.headers[SIGNATURE_HEADER].clone()],
            &body,
        );
        assert!(causes[0].starts_with("secret_whitespace: "), "{causes:?}");
    }

    #[tokio::test]
    async fn what_is_genuine_is_received_with_and_without_explanations() {
        let secret = Secret::new(testing::SECRET).unwrap();
        for explainer in [None, Some(Explainer::new(&secret))] {
            let request = testing::request(&EventType::ChargeSucceeded, json!({}));
            let response = app(&secret, explainer).oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
        }
    }
}
