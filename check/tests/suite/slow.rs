//! Receivers that take long over each delivery.

use std::{future::pending, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};
use tower::{ServiceExt, service_fn, util::BoxCloneService};
use tower_loops::{LoopsSignatureLayer, SIGNATURE_HEADER};
use tower_loops_check::{CheckResult, Concern, Suite, Summary, Verdict};

use crate::receiver::{CONNECTIONS, Effects, Receiver, behind, failures, secret, signature};

const SECOND: Duration = Duration::from_secs(1);

fn right(effects: &Effects, signature: LoopsSignatureLayer) -> Receiver {
    behind(signature, effects.handler(|_| StatusCode::OK))
}

/// The receiver, after this time.
fn delayed(receiver: Receiver, delay: Duration) -> Receiver {
    let service = move |request: Request<Full<Bytes>>| {
        let receiver = receiver.clone();
        async move {
            sleep(delay).await;
            receiver.oneshot(request).await
        }
    };
    BoxCloneService::new(service_fn(service))
}

/// The receiver, for one request at a time. Only what it accepts takes a second, or all of it.
fn one_at_a_time(receiver: Receiver, only_accepted: bool) -> Receiver {
    let turn = Arc::new(Mutex::new(()));
    let service = move |request: Request<Full<Bytes>>| {
        let (receiver, turn) = (receiver.clone(), Arc::clone(&turn));
        async move {
            let _turn = turn.lock().await;
            let response = receiver.oneshot(request).await?;
            if response.status().is_success() || !only_accepted {
                sleep(SECOND).await;
            }
            Ok(response)
        }
    };
    BoxCloneService::new(service_fn(service))
}

async fn results(suite: Suite, receiver: Receiver) -> (Vec<CheckResult>, Summary) {
    let mut results = Vec::new();
    let summary = suite.run(receiver, |result| results.push(result)).await;
    (results, summary)
}

#[tokio::test(start_paused = true)]
async fn deliveries_at_the_same_time_check_it_whole_within_the_minute() {
    for counts_effects in [false, true] {
        let effects = Effects::default();
        let receiver = delayed(right(&effects, signature()), SECOND);
        let mut suite = Suite::new(secret());
        let mut expected = [&CONNECTIONS[..], &["handled-is-2xx"]].concat();
        if counts_effects {
            suite = effects.suite();
            expected.pop();
        }
        let start = Instant::now();
        let (results, summary) = results(suite, receiver).await;
        assert!(start.elapsed() < Duration::from_secs(60));
        let left: Vec<_> = (results.iter())
            .filter(|result| result.verdict != Verdict::Pass)
            .map(|result| result.check)
            .collect();
        assert_eq!(left, expected, "{results:#?}");
        assert_eq!(summary.out_of_time, 0);
    }
}

/// With a timeout of two responses: what waits for sixteen others is not late for that.
#[tokio::test(start_paused = true)]
async fn one_request_at_a_time_is_no_fault() {
    for only_accepted in [false, true] {
        for concern in Concern::ALL {
            let effects = Effects::default();
            let receiver = one_at_a_time(right(&effects, signature()), only_accepted);
            let suite = effects.suite().with_timeout(2 * SECOND);
            let suite = suite.only(concern).only(Concern::Answers);
            assert_eq!(failures(suite, receiver).await, []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_minute_leaves_is_skipped_and_counted() {
    let effects = Effects::default();
    let receiver = one_at_a_time(right(&effects, signature()), false);
    let start = Instant::now();
    let (results, summary) = results(effects.suite(), receiver).await;
    assert!(start.elapsed() < Duration::from_secs(61), "a minute");
    let left = results
        .iter()
        .filter(|result| result.got == "the run's minute was over");
    let left: Vec<_> = left.map(|result| result.verdict).collect();
    assert!(left.len() > 10, "{results:#?}");
    assert!(left.iter().all(|verdict| *verdict == Verdict::Skipped));
    assert_eq!(left.len(), summary.out_of_time);
    assert!(summary.is_success());
}

/// What fails is found by deliveries one after the other.
#[tokio::test(start_paused = true)]
async fn a_slow_receiver_has_the_results_of_a_quick_one() {
    type Fault = fn(&Effects) -> Receiver;
    let faults: [Fault; 4] = [
        |effects| {
            right(
                effects,
                signature().with_tolerance(Duration::from_secs(310)),
            )
        },
        handles_what_it_rejects,
        panics,
        |effects| {
            let handler = effects.handler(|event| match event.livemode() {
                Some(true) => StatusCode::OK,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            });
            behind(signature(), handler)
        },
    ];
    for fault in faults {
        let mut all = Vec::new();
        for delay in [Duration::ZERO, Duration::from_millis(150)] {
            let effects = Effects::default();
            let receiver = delayed(fault(&effects), delay);
            let (results, _) = results(effects.suite(), receiver).await;
            let results = results.into_iter();
            let results = results.map(|result| (result.concern, result.check, result.verdict));
            all.push(results.collect::<Vec<_>>());
        }
        assert!(all[0].iter().any(|(.., verdict)| *verdict == Verdict::Fail));
        assert_eq!(all[0], all[1]);
    }
}

fn handles_what_it_rejects(effects: &Effects) -> Receiver {
    let (receiver, effects) = (right(effects, signature()), effects.clone());
    let service = move |request: Request<Full<Bytes>>| {
        let (receiver, effects) = (receiver.clone(), effects.clone());
        async move {
            let response = receiver.oneshot(request).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                effects.add("charge.succeeded");
            }
            Ok(response)
        }
    };
    BoxCloneService::new(service_fn(service))
}

fn panics(effects: &Effects) -> Receiver {
    let receiver = right(effects, signature());
    let service = move |request: Request<Full<Bytes>>| {
        let header = request.headers().get(SIGNATURE_HEADER).cloned();
        let is_hex = header.is_some_and(|header| header.as_bytes().starts_with(b"t=0x"));
        let receiver = receiver.clone();
        async move {
            assert!(!is_hex, "a fault");
            receiver.oneshot(request).await
        }
    };
    BoxCloneService::new(service_fn(service))
}

/// A whole timeout passes once, and not for each of them.
#[tokio::test(start_paused = true)]
async fn one_forgery_of_a_slow_receiver_is_never_answered() {
    let effects = Effects::default();
    let receiver = delayed(right(&effects, signature()), SECOND);
    let service = move |request: Request<Full<Bytes>>| {
        let receiver = receiver.clone();
        let lines = request.headers().get_all(SIGNATURE_HEADER).iter().count();
        async move {
            match lines {
                0 => pending().await,
                _ => receiver.oneshot(request).await,
            }
        }
    };
    let suite = effects.suite().only(Concern::Header);
    let found = failures(suite, BoxCloneService::new(service_fn(service))).await;
    assert_eq!(found, [("header".to_owned(), "missing")]);
}
