//! No false alarm for a receiver that is right.

use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{service_fn, util::BoxCloneSyncService};
use tower_loops_check::{CheckResult, Concern, Suite, Verdict};

use crate::receiver::{CONNECTIONS, Effects, behind, boxed, failures, secret, signature};

#[tokio::test(start_paused = true)]
async fn in_process_nothing_fails_and_only_connections_are_missing() {
    let effects = Effects::default();
    let receiver = behind(signature(), effects.handler(|_| StatusCode::OK));
    let mut skipped = Vec::new();
    let note = |result: CheckResult| match result.verdict {
        Verdict::Pass => {}
        Verdict::Fail => panic!("{result:?}"),
        Verdict::Skipped => skipped.push(result.check),
    };
    effects.suite().run(receiver, note).await;
    assert_eq!(skipped, CONNECTIONS);
}

/// It counts every type: those that are not charges have no number to wait for.
#[tokio::test(start_paused = true)]
async fn events_are_handled_after_the_response() {
    let effects = Effects::default();
    let late = effects.clone();
    let handle = service_fn(move |_: Request<Full<_>>| {
        let late = late.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(280)).await;
            late.add("charge.succeeded");
        });
        async { Ok(Response::new(Full::from(""))) }
    });
    let receiver = behind(signature(), BoxCloneSyncService::new(handle));
    assert_eq!(failures(effects.suite(), receiver).await, []);
}

#[tokio::test(start_paused = true)]
async fn without_a_count_of_effects_duplicates_need_no_store() {
    let receiver = boxed(signature(), Effects::default().handler(|_| StatusCode::OK));
    let suite = Suite::new(secret());
    assert_eq!(failures(suite, receiver).await, []);
}

#[tokio::test(start_paused = true)]
async fn one_concern_runs_alone() {
    for concern in Concern::ALL {
        let effects = Effects::default();
        let receiver = behind(signature(), effects.handler(|_| StatusCode::OK));
        let mut count = 0;
        let note = |result: CheckResult| {
            assert_eq!(result.concern, concern);
            count += 1;
        };
        let summary = effects.suite().only(concern).run(receiver, note).await;
        assert!(summary.is_success() && count >= 4, "{concern}: {count}");
    }
}

#[tokio::test(start_paused = true)]
async fn results_are_json_of_these_members() {
    let receiver = boxed(signature(), Effects::default().handler(|_| StatusCode::OK));
    let suite = Suite::new(secret()).only(Concern::Header);
    let mut first = None;
    let note = |result| first = first.take().or(Some(result));
    let summary = suite.run(receiver, note).await;
    let json = serde_json::to_value(first).expect("JSON");
    assert_eq!(json["concern"], "header");
    assert_eq!(json["verdict"], "pass");
    let members: Vec<&String> = json.as_object().expect("an object").keys().collect();
    let expected = [
        "check", "concern", "expected", "got", "sent", "verdict", "why",
    ];
    assert_eq!(members, expected);
    let json = serde_json::to_value(summary).expect("JSON");
    let expected = serde_json::json!({"passed": 11, "failed": 0, "skipped": 0});
    assert_eq!(json, expected);
}
