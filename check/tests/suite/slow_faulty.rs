//! Receivers that take long over each delivery, and have a fault.

use std::{future::pending, time::Duration};

use http::StatusCode;
use http_body_util::Full;
use tower::ServiceExt;
use tower_loops::SIGNATURE_HEADER;
use tower_loops_check::{Concern, Suite, Verdict};

use crate::{
    faulty::{Fault, handles_what_it_rejects, ignores},
    receiver::{Effects, Receiver, around, behind, failures, results, secret, signature},
    slow::{SECOND, delayed},
};

/// Sequential deliveries find which check fails.
#[tokio::test(start_paused = true)]
async fn a_slow_receiver_has_the_results_of_a_quick_one() {
    let faults: [Fault; 5] = [
        |it| it.behind(signature().with_tolerance(Duration::from_secs(310))),
        handles_what_it_rejects,
        panics,
        |it| ignores(it, "Crème"),
        |it| {
            let handler = it.handler(|event| match event.livemode() {
                Some(true) => StatusCode::OK,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            });
            behind(signature(), handler)
        },
    ];
    for (fault, counts_effects) in faults
        .iter()
        .flat_map(|fault| [(fault, true), (fault, false)])
    {
        let mut all = Vec::new();
        for delay in [Duration::ZERO, Duration::from_millis(150)] {
            let effects = Effects::default();
            let receiver = delayed(fault(&effects), delay);
            let suite = if counts_effects {
                effects.suite()
            } else {
                Suite::new(secret())
            };
            let concerns = Concern::ALL.into_iter().take(5);
            let suite = concerns.fold(suite, Suite::only);
            let (results, _) = results(suite, receiver).await;
            let results = results.into_iter();
            let results = results.map(|result| (result.concern, result.check, result.verdict));
            all.push(results.collect::<Vec<_>>());
        }
        let has_failed = all[0].iter().any(|(.., verdict)| *verdict == Verdict::Fail);
        assert!(has_failed || !counts_effects);
        assert_eq!(all[0], all[1]);
    }
}

fn panics(effects: &Effects) -> Receiver {
    around(effects.behind(signature()), |receiver, request| {
        let header = request.headers().get(SIGNATURE_HEADER).cloned();
        let is_hex = header.is_some_and(|header| header.as_bytes().starts_with(b"t=0x"));
        async move {
            assert!(!is_hex, "a fault");
            receiver.oneshot(request.map(Full::new)).await
        }
    })
}

/// A whole timeout passes once, and not for each of them.
#[tokio::test(start_paused = true)]
async fn one_forgery_of_a_slow_receiver_is_never_answered() {
    let effects = Effects::default();
    let receiver = delayed(effects.behind(signature()), SECOND);
    let receiver = around(receiver, |receiver, request| async move {
        match request.headers().contains_key(SIGNATURE_HEADER) {
            false => pending().await,
            true => receiver.oneshot(request.map(Full::new)).await,
        }
    });
    let suite = effects.suite().only(Concern::Header);
    let found = failures(suite, receiver).await;
    assert_eq!(found, [(Concern::Header, "missing")]);
}
