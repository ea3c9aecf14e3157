//! Many deliveries at once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::post,
};
use tower::ServiceExt;
use tower_loops::{
    LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
    idempotency::IdempotencyLayer,
};

use crate::support::{Folder, until};

const DELIVERIES: usize = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn each_success_of_a_burst_is_recorded_and_none_happens_twice() {
    let folder = Folder::new();
    let handled = Arc::new(Mutex::new(HashSet::new()));
    let handler = {
        let handled = Arc::clone(&handled);
        post(move |event: VerifiedEvent| async move {
            let is_new = handled.lock().expect("sound").insert(event.id().to_owned());
            assert!(is_new, "{:?} was handled twice", event.id());
        })
    };
    let secret = Secret::new("whsec_example").expect("a secret");
    let app = Router::new()
        .route("/", handler)
        .layer(IdempotencyLayer::new(folder.open()))
        .layer(LoopsSignatureLayer::new(secret.clone()));
    let deliveries = (0..DELIVERIES).map(|number| {
        let app = app.clone();
        let body = format!(r#"{{"id":"evt_{number}","type":"payout.paid"}}"#);
        let signature = Signer::new(&secret).sign(body.as_bytes(), SystemTime::now());
        tokio::spawn(async move {
            loop {
                let request = Request::post("/").header(SIGNATURE_HEADER, signature.clone());
                let request = request.body(Body::from(body.clone())).expect("a request");
                let Ok(response) = app.clone().oneshot(request).await;
                match response.status() {
                    StatusCode::OK => return,
                    // The machine is slow. It is sent again, as Loops does.
                    StatusCode::SERVICE_UNAVAILABLE | StatusCode::CONFLICT => {}
                    status => panic!("{body}: {status}"),
                }
            }
        })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        delivery.await.expect("no panic");
    }
    assert_eq!(handled.lock().expect("sound").len(), DELIVERIES);
    let application = folder.connection();
    until("each success is recorded", || {
        let sql = "SELECT count(*) FROM tower_loops_events WHERE token IS NULL";
        application.query_row(sql, [], |row| row.get(0)) == Ok(DELIVERIES as i64)
    })
    .await;
}
