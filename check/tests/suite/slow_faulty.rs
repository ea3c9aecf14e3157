//! Receivers that take long over each delivery, and have a fault.

use std::{future::pending, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{ServiceExt, service_fn, util::BoxCloneService};
use tower_loops::SIGNATURE_HEADER;
use tower_loops_check::{Concern, Suite, Verdict};

use crate::{
    receiver::{Effects, Receiver, behind, failures, secret, signature},
    slow::{SECOND, delayed, results, right},
};

/// What fails is found by deliveries one after the other.
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

fn loses(effects: &Effects) -> Receiver {
    let receiver = right(effects, signature());
    let service = move |request: Request<Full<Bytes>>| {
        let receiver = receiver.clone();
        async move {
            let (head, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let body = body.to_bytes();
            if String::from_utf8_lossy(&body).contains("Crème") {
                return Ok(Response::new(BodyExt::boxed_unsync(Full::from(""))));
            }
            let request = Request::from_parts(head, Full::new(body));
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
