//! Receivers that take long over each delivery, and have a fault.

use std::{future::pending, time::Duration};

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;
use tower_loops::SIGNATURE_HEADER;
use tower_loops_check::{Concern, Suite, Verdict};

use crate::{
    faulty::around,
    receiver::{Effects, Receiver, behind, failures, secret, signature},
    slow::{SECOND, delayed, results, right},
};

/// Sequential deliveries find which check fails.
#[tokio::test(start_paused = true)]
async fn a_slow_receiver_has_the_results_of_a_quick_one() {
    type Fault = fn(&Effects) -> Receiver;
    let faults: [Fault; 5] = [
        |effects| {
            right(
                effects,
                signature().with_tolerance(Duration::from_secs(310)),
            )
        },
        handles_what_it_rejects,
        panics,
        loses,
        |effects| {
            let handler = effects.handler(|event| match event.livemode() {
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

fn handles_what_it_rejects(effects: &Effects) -> Receiver {
    let handled = effects.clone();
    around(right(effects, signature()), move |receiver, request| {
        let effects = handled.clone();
        async move {
            let response = receiver.oneshot(request).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                effects.add("charge.succeeded");
            }
            Ok(response)
        }
    })
}

fn panics(effects: &Effects) -> Receiver {
    around(right(effects, signature()), |receiver, request| {
        let header = request.headers().get(SIGNATURE_HEADER).cloned();
        let is_hex = header.is_some_and(|header| header.as_bytes().starts_with(b"t=0x"));
        async move {
            assert!(!is_hex, "a fault");
            receiver.oneshot(request).await
        }
    })
}

fn loses(effects: &Effects) -> Receiver {
    around(
        right(effects, signature()),
        |receiver, request| async move {
            let (head, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let body = body.to_bytes();
            if String::from_utf8_lossy(&body).contains("Crème") {
                return Ok(Response::new(BodyExt::boxed_unsync(Full::from(""))));
            }
            let request = Request::from_parts(head, Full::new(body));
            receiver.oneshot(request).await
        },
    )
}

/// A whole timeout passes once, and not for each of them.
#[tokio::test(start_paused = true)]
async fn one_forgery_of_a_slow_receiver_is_never_answered() {
    let effects = Effects::default();
    let receiver = delayed(right(&effects, signature()), SECOND);
    let receiver = around(receiver, |receiver, request| async move {
        match request.headers().contains_key(SIGNATURE_HEADER) {
            false => pending().await,
            true => receiver.oneshot(request).await,
        }
    });
    let suite = effects.suite().only(Concern::Header);
    let found = failures(suite, receiver).await;
    assert_eq!(found, [("header".to_owned(), "missing")]);
}
