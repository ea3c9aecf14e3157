//! No false alarm for a receiver that is right.

use std::time::Duration;

use http::StatusCode;
use tower_loops_check::{Concern, Suite, Verdict};

use crate::receiver::{CONNECTIONS, Effects, behind, boxed, failures, results, secret, signature};

#[tokio::test(start_paused = true)]
async fn in_process_nothing_fails_and_only_connections_are_missing() {
    let effects = Effects::default();
    let receiver = effects.behind(signature());
    let (results, summary) = results(effects.suite(), receiver).await;
    let skipped = results
        .iter()
        .filter(|result| result.verdict == Verdict::Skipped);
    let skipped: Vec<_> = skipped.map(|result| result.check).collect();
    assert!(summary.is_success(), "{results:#?}");
    assert_eq!(skipped, CONNECTIONS);
}

/// It counts every type: those that are not charges have no number to wait for.
#[tokio::test(start_paused = true)]
async fn events_are_handled_after_the_response() {
    let effects = Effects::default();
    let receiver = behind(signature(), effects.late(Duration::from_millis(280)));
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
        let receiver = effects.behind(signature());
        let (results, summary) = results(effects.suite().only(concern), receiver).await;
        assert!(results.iter().all(|result| result.concern == concern));
        assert!(summary.is_success() && results.len() >= 4, "{results:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn results_are_json_of_these_members() {
    let receiver = boxed(signature(), Effects::default().handler(|_| StatusCode::OK));
    let suite = Suite::new(secret()).only(Concern::Header);
    let (results, summary) = results(suite, receiver).await;
    let json = serde_json::to_value(&results[0]).expect("JSON");
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
