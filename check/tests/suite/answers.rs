//! Receivers whose responses are wrong or missing.

use std::{future::pending, time::Duration};

use http::StatusCode;
use http_body_util::Full;
use tokio::time::Instant;
use tower::ServiceExt;
use tower_loops_check::Concern;

use crate::receiver::{Effects, around, failures, signature};

#[tokio::test(start_paused = true)]
async fn refunds_are_handled_and_answered_500() {
    let effects = Effects::default();
    let refunds = effects.clone();
    let receiver = around(effects.behind(signature()), move |receiver, request| {
        let refunds = refunds.clone();
        async move {
            let is_refund = String::from_utf8_lossy(request.body()).contains("charge.refunded");
            let mut response = receiver.oneshot(request.map(Full::new)).await?;
            if is_refund && response.status().is_success() {
                refunds.add("charge.succeeded");
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
            Ok(response)
        }
    });
    let suite = effects.suite().only(Concern::Payload);
    let found = failures(suite.only(Concern::Answers), receiver).await;
    let found: Vec<&str> = found.iter().map(|(_, check)| *check).collect();
    assert_eq!(found, ["charge.refunded", "least-fields", "handled-is-2xx"]);
}

/// It costs a timeout each time, so that the run is not finished.
#[tokio::test(start_paused = true)]
async fn forgeries_are_never_answered() {
    let effects = Effects::default();
    let receiver = effects.behind(signature());
    let receiver = around(receiver, |receiver, request| async move {
        let response = receiver.oneshot(request.map(Full::new)).await?;
        if response.status().is_client_error() {
            return pending().await;
        }
        Ok(response)
    });
    let start = Instant::now();
    let found = failures(effects.suite(), receiver).await;
    assert_eq!(found, [(Concern::Answers, "in-time")]);
    assert!(start.elapsed() < Duration::from_secs(61), "a minute");
}
