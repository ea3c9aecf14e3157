//! The first delivery decides whether anything can be said.

use std::future::pending;

use http::Response;
use tower::{service_fn, util::BoxCloneService};
use tower_loops::{LoopsSignatureLayer, Secret};
use tower_loops_check::{Concern, Suite, Verdict};

use crate::receiver::{Effects, results, secret, signature};

#[tokio::test(start_paused = true)]
async fn what_is_not_accepted_ends_the_run() {
    let other = Secret::new("whsec_another").expect("it is not empty");
    let other_secret = Effects::default().behind(LoopsSignatureLayer::new(other));
    let redirected = service_fn(async |_| {
        Ok(Response::builder()
            .status(308)
            .body(Default::default())
            .expect("valid"))
    });
    let silent = service_fn(async |_| pending().await);
    let panicking = service_fn(async |_| panic!("a fault"));
    for (receiver, concern) in [
        (other_secret, "signature"),
        (BoxCloneService::new(redirected), "answers"),
        (BoxCloneService::new(silent), "answers"),
        (BoxCloneService::new(panicking), "answers"),
    ] {
        let (results, summary) = results(Suite::new(secret()), receiver).await;
        assert_eq!((summary.passed, summary.failed, summary.skipped), (0, 1, 0));
        let [result] = &results[..] else {
            panic!("{results:?}")
        };
        let seen = (result.concern.as_str(), result.verdict);
        assert_eq!(seen, (concern, Verdict::Fail));
        assert!(!result.advice.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_without_effects_fails_and_the_run_goes_on() {
    for only in [Concern::Duplicates, Concern::Answers] {
        let suite = Effects::default().suite().only(only);
        // What it handles is not what the suite counts.
        let receiver = Effects::default().behind(signature());
        let (results, _) = results(suite, receiver).await;
        let first = &results[0];
        assert_eq!((first.check, first.concern), ("genuine", Concern::Answers));
        assert_eq!(first.verdict, Verdict::Fail);
        assert!(first.got.starts_with("200 "), "{first:?}");
        let repeated = results.iter().find(|result| result.check == "repeated");
        let verdict = repeated.map(|result| result.verdict);
        let expected = (only == Concern::Duplicates).then_some(Verdict::Skipped);
        assert_eq!(verdict, expected, "{results:#?}");
        assert!(results.len() > 4);
    }
}
