//! `answers`: the responses tell Loops what happened, and an attacker nothing.
//!
//! These checks look at every response of the run, after some deliveries of their own.

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    endpoint::BoxFuture,
    finding::{Finding, Found},
    first::plain_forgery,
    loops::Loops,
    run::{Run, is_bad},
    seen::{Kind, Seen},
};

use super::header::with_garbage;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "rejections-are-4xx",
        sent: "what must be rejected: every forgery of this run",
        why: "5xx says that the receiver broke: it hides real failures, and monitors wake somebody for every scanner.",
        advice: "Answer 400 or 401 to what is not a genuine delivery, and catch what parsing raises.",
        plan: Plan::Own {
            expected: "4xx to each",
            run: rejections,
        },
    },
    Check {
        name: "no-redirect",
        sent: "every delivery of this run",
        why: "A redirect turns the POST into a GET without a body, or is not followed: the event is lost (elastic/beats#33425).",
        advice: "Answer at the URL that is configured, with no redirect to a slash, a host or a login.",
        plan: Plan::Own {
            expected: "no 3xx",
            run: |run| {
                among(run, |seen| {
                    seen.status.is_some_and(|status| status.is_redirection())
                })
            },
        },
    },
    Check {
        name: "no-stack-trace",
        sent: "every delivery of this run",
        why: "A stack trace tells attackers paths, versions and libraries.",
        advice: "Answer a fixed text, and write the details to the log.",
        plan: Plan::Own {
            expected: "no stack trace in a response",
            run: |run| among(run, |seen| seen.has_stack_trace),
        },
    },
    Check {
        name: "no-secret",
        sent: "every delivery of this run",
        why: "With the secret, or the signature that was expected, anyone can forge an event.",
        advice: "Answer a fixed text; never show the secret or an expected signature.",
        plan: Plan::Own {
            expected: "neither secret nor signature in a response",
            run: |run| among(run, |seen| seen.shows_secret || seen.shows_digest),
        },
    },
    Check {
        name: "in-time",
        sent: "every delivery of this run",
        why: "A sender that waits in vain sends again: the guide says to return 200 quickly.",
        advice: "Answer before slow work, and answer rejections as well.",
        plan: Plan::Own {
            expected: "a response within the timeout",
            run: |run| {
                among(run, |seen| {
                    seen.timed_out && !matches!(seen.kind, Kind::Oversize)
                })
            },
        },
    },
    Check {
        name: "handled-is-2xx",
        sent: "every genuine delivery of this run",
        why: "Any other status and Loops sends a handled event again; 2xx to an unhandled one and it is lost.",
        advice: "Answer 2xx once the event is handled or stored, and never before.",
        plan: Plan::Own {
            expected: "2xx if and only if the event was handled",
            run: handled,
        },
    },
];

fn rejections(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        if !run.is_over() && !run.is_gone {
            let mut answers = run.answers_together(forgeries).await.into_iter();
            for delivery in forgeries(&mut run.loops) {
                let is_nothing = delivery.label == NOTHING;
                let answer = match answers.next() {
                    Some(answer) if !is_bad(&answer) => answer,
                    _ => run.deliver(delivery).await,
                };
                let got = run.note(Kind::Forged { expected: None }, &answer);
                if is_nothing && answer.is_ok_and(|answer| answer.status.is_success()) {
                    return Err(Finding::Wrong(got).to(NOTHING));
                }
            }
        }
        find(run, |seen| match (&seen.kind, seen.status) {
            (Kind::Genuine { .. }, _) => false,
            (_, Some(status)) => status.is_server_error(),
            (Kind::Forged { .. }, None) => !seen.timed_out,
            (Kind::Oversize, None) => false,
        })
    })
}

/// It contains no event: 2xx is wrong whatever is verified.
const NOTHING: &str = "a request without signature and event";

/// One of each kind, for a run of these checks alone.
fn forgeries(loops: &mut Loops) -> Vec<Delivery> {
    let body = loops.charge().to_string();
    let mut all = vec![
        plain_forgery(loops),
        loops.signed_ago(body.clone(), 600),
        loops.signed_text(body.clone(), "abc"),
        Delivery::new(Vec::new(), body.clone()),
        Delivery::new(Vec::new(), "").labelled(NOTHING),
        Delivery::new(Vec::new(), "no JSON").labelled(NOTHING),
    ];
    all.extend(with_garbage(loops));
    all
}

fn handled(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        if run.effects.is_none() {
            return Err(Finding::Unknown("effects are not counted".to_owned()));
        }
        find(run, |seen| match seen.kind {
            Kind::Genuine { risen, is_lost } => {
                let is_accepted = seen.status.is_some_and(|status| status.is_success());
                is_lost || (!is_accepted && risen.is_some_and(|risen| risen > 0))
            }
            Kind::Forged { .. } | Kind::Oversize => false,
        })
    })
}

fn among(run: &mut Run, is_wrong: fn(&Seen) -> bool) -> BoxFuture<'_, Found> {
    Box::pin(async move { find(run, is_wrong) })
}

fn find(run: &Run, is_wrong: fn(&Seen) -> bool) -> Found {
    match run.seen.iter().find(|seen| is_wrong(seen)) {
        Some(seen) => Err(Finding::Wrong(seen.got.clone())),
        None => Ok(format!("none of {} responses", run.seen.len())),
    }
}
