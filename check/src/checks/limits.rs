//! `limits`: nobody can exhaust the server.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use crate::{
    check::{Check, Plan},
    delivery::{Delivery, Payload},
    endpoint::{BoxFuture, NoAnswer},
    finding::{Finding, Found},
    loops::{line, now},
    run::Run,
    seen::Kind,
};

/// Far over any event, which has some kilobytes. Two of them are sent.
const OVERSIZE: usize = 16 * 1024 * 1024;

const LIMIT: &str =
    "Limit the body to 1 MiB, by Content-Length and while it is read, and answer 413.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "oversize-declared",
        sent: "a signed body of 16 MiB with its Content-Length",
        why: "A body that is read without a limit fills the memory: webhook-verify held 1 GiB for an unsigned request.",
        advice: LIMIT,
        plan: Plan::Own {
            expected: "4xx or a closed connection; then 2xx to an event",
            run: |run| oversize(run, Payload::Whole),
        },
    },
    Check {
        name: "oversize-undeclared",
        sent: "a signed body of 16 MiB without a Content-Length",
        why: "A limit that looks at Content-Length alone is passed by a chunked body.",
        advice: LIMIT,
        plan: Plan::Own {
            expected: "4xx or a closed connection; then 2xx to an event",
            run: |run| oversize(run, Payload::Undeclared),
        },
    },
    Check {
        name: "declared-terabyte",
        sent: "a Content-Length of 1 TiB, and no body",
        why: "Memory reserved for a declared length ends the process: tower-github-webhook and rocket-webhook did.",
        advice: "Reserve nothing for a declared length, and reject one over the limit.",
        plan: Plan::Own {
            expected: "neither 2xx nor 5xx; then 2xx to an event",
            run: |run| unfinished(run, Payload::Declared(1 << 40)),
        },
    },
    Check {
        name: "cut-off",
        sent: "a body that ends in the middle, with its connection",
        why: "A body that failed and is polled again burns a processor forever: tower-github-webhook did.",
        advice: "End the request when its body fails.",
        plan: Plan::Own {
            expected: "neither 2xx nor 5xx; then 2xx to an event",
            run: |run| unfinished(run, Payload::Dripped(vec![b' '; 1000].into())),
        },
    },
    Check {
        name: "many-signatures",
        sent: "a header with 900 wrong `v1`",
        why: "An HMAC of the body for each `v1` multiplies the work: webhook-verify took a second for one request.",
        advice: "Limit the header to some kilobytes, and compute the HMAC once.",
        plan: Plan::Own {
            expected: "4xx or a closed connection; then 2xx to an event",
            run: many_signatures,
        },
    },
    Check {
        name: "slow-body",
        sent: "a body byte by byte, and an event beside it",
        why: "A server that waits for one sender alone is stopped by anyone who sends slowly.",
        advice: "Serve several connections at the same time, and give each body a deadline.",
        plan: Plan::Own {
            expected: "2xx to the event while the body is still sent",
            run: slow_body,
        },
    },
];

type Send = fn(bytes::Bytes) -> Payload;

fn oversize(run: &mut Run, send: Send) -> BoxFuture<'_, Found> {
    Box::pin(async move {
        if !run.endpoint.has_connections() && send(bytes::Bytes::new()).bytes().is_none() {
            return Err(no_connection());
        }
        let mut body = run.loops.charge().to_string();
        body.extend(std::iter::repeat_n(' ', OVERSIZE));
        let delivery = run.loops.genuine(body);
        let signatures = delivery.signatures;
        let body = delivery.body.bytes().cloned().unwrap_or_default();
        let delivery = Delivery::new(signatures, "").with_body(send(body));
        ends(run, delivery).await
    })
}

fn many_signatures(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let body = run.loops.charge().to_string();
        let header = format!(
            "t={}{}",
            now(),
            format!(",v1={}", "0".repeat(64)).repeat(900)
        );
        ends(run, Delivery::new(vec![line(&header)], body)).await
    })
}

/// Delivers what the server may end as it likes, but not accept or crash from; then an event.
async fn ends(run: &mut Run, delivery: Delivery) -> Found {
    let before = run.count().await;
    let answer = run.deliver(delivery).await;
    let risen = run.unwanted_effects_since(before).await;
    let got = run.note(Kind::Oversize, &answer);
    let is_wrong = match &answer {
        Ok(answer) if answer.status.is_success() => true,
        Ok(answer) => answer.status.is_server_error() && !run.rejects_badly,
        // The server read all this time and did not end the request.
        Err(error) => matches!(error, NoAnswer::TimedOut),
    };
    if is_wrong {
        return run.wrong(&answer, got);
    }
    if risen > 0 {
        return Err(Finding::Wrong(format!("{got}, and the event was handled")));
    }
    let then = lives_on(run).await?;
    Ok(format!("{got}, then {then}"))
}

fn unfinished(run: &mut Run, body: Payload) -> BoxFuture<'_, Found> {
    Box::pin(async move {
        if !run.endpoint.has_connections() {
            return Err(no_connection());
        }
        let delivery = run.loops.genuine("").with_body(body);
        let answer = timeout(Duration::from_secs(1), run.deliver(delivery)).await;
        let got = match answer {
            Ok(answer) => {
                let got = run.note(Kind::Oversize, &answer);
                // 5xx: it failed to reserve what was declared.
                let is_wrong = answer.is_ok_and(|answer| {
                    let status = answer.status;
                    status.is_success() || (status.is_server_error() && !run.rejects_badly)
                });
                if is_wrong {
                    return Err(Finding::Wrong(got));
                }
                got
            }
            Err(_) => "no response to a part".to_owned(),
        };
        let then = lives_on(run).await?;
        Ok(format!("{got}, then {then}"))
    })
}

fn slow_body(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        if !run.endpoint.has_connections() {
            return Err(no_connection());
        }
        let body = run.loops.charge().to_string();
        let slow = run.loops.genuine(body.clone());
        let slow = slow.with_body(Payload::Dripped(body.into()));
        let slow = Arc::clone(&run.endpoint).deliver(slow);
        tokio::select! {
            biased;
            _ = slow => {
                // It was rejected before its end, or disconnected.
                lives_on(run).await
            }
            found = async {
                // By now the server reads the body.
                sleep(Duration::from_secs(1)).await;
                lives_on(run).await
            } => found,
        }
    })
}

async fn lives_on(run: &mut Run) -> Found {
    let body = run.loops.charge().to_string();
    let event = run.loops.genuine(body).charge();
    let found = run.accepts(event).await;
    if let (Err(_), Some(seen)) = (&found, run.seen.last_mut()) {
        // A late answer is not a failure of `answers` as well.
        if seen.timed_out {
            seen.kind = Kind::Oversize;
        }
    }
    found.map_err(|finding| finding.to("an event after it"))
}

fn no_connection() -> Finding {
    Finding::Unknown("a service in this process has no connection".to_owned())
}
