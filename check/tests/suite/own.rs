//! No false alarm for a receiver that is right.

use http::StatusCode;
use tower_loops_check::{Concern, Verdict};

use crate::receiver::{Effects, behind, failures, signature};

#[tokio::test(start_paused = true)]
async fn in_process_nothing_fails_and_only_connections_are_missing() {
    let effects = Effects::default();
    let receiver = behind(signature(), effects.handler(|_| StatusCode::OK));
    let mut skipped = Vec::new();
    let note = |result: tower_loops_check::CheckResult| match result.verdict {
        Verdict::Pass => {}
        Verdict::Fail => panic!("{result:?}"),
        Verdict::Skipped => skipped.push(result.check),
    };
    effects.suite().run(receiver, note).await;
    let connections = [
        "oversize-undeclared",
        "declared-terabyte",
        "cut-off",
        "slow-body",
    ];
    assert_eq!(skipped, connections);
}

#[tokio::test(start_paused = true)]
async fn without_a_count_of_effects_duplicates_need_no_store() {
    let receiver =
        crate::receiver::boxed(signature(), Effects::default().handler(|_| StatusCode::OK));
    let suite = tower_loops_check::Suite::new(crate::receiver::secret());
    assert_eq!(failures(suite, receiver).await, []);
}

#[tokio::test(start_paused = true)]
async fn one_concern_runs_alone() {
    for concern in Concern::ALL {
        let effects = Effects::default();
        let receiver = behind(signature(), effects.handler(|_| StatusCode::OK));
        let mut count = 0;
        let note = |result: tower_loops_check::CheckResult| {
            assert_eq!(result.concern, concern);
            count += 1;
        };
        let summary = effects.suite().only(concern).run(receiver, note).await;
        assert!(summary.is_success() && count >= 4, "{concern}: {count}");
    }
}
