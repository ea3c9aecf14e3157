//! The first delivery, the plainest: if it is not accepted, no other result would mean anything.

use std::error::Error;

use http::StatusCode;
use tokio::time::Instant;

use crate::{
    concern::Concern,
    delivery::Delivery,
    endpoint::NoAnswer,
    error::RunError,
    loops::Loops,
    report::{CheckResult, Verdict},
    run::{Run, SLOW, is_bad},
    seen::{Kind, printable},
};

pub(crate) enum First {
    Accepted(CheckResult),
    Stop(CheckResult),
}

const NO_EFFECT: &str = "No effect was counted: see to it that a charge.succeeded is handled, and that the count is of what it does.";

/// The secret of an attacker.
pub(crate) const OTHER_SECRET: &str = "whsec_9b1c5e0f_of_somebody_else";

pub(crate) async fn deliver(run: &mut Run) -> Result<First, RunError> {
    let start = Instant::now();
    let before = match &run.effects {
        Some(effects) => Some((effects.probe)().await.map_err(RunError::Effects)?),
        None => None,
    };
    let body = run.loops.charge().to_string();
    let delivery = run.loops.genuine(body.clone());
    run.first = body;
    let answer = run.deliver(delivery).await;
    if let Err(NoAnswer::Unreachable(error)) = answer {
        return Err(RunError::Unreachable(error));
    }
    run.is_done_since(start);
    let is_accepted = matches!(&answer, Ok(answer) if answer.status.is_success());
    let risen = if is_accepted {
        first_effects(run, before).await
    } else {
        None
    };
    let is_lost = risen == Some(0);
    let mut got = run.note(Kind::Genuine { risen, is_lost }, &answer);
    if is_lost {
        got += ", but no effect was counted";
    }
    let result = |concern, verdict, advice| CheckResult {
        check: "genuine",
        concern,
        sent: "a charge, signed as Loops signs it",
        expected: "2xx",
        got: got.clone(),
        verdict,
        why: "A receiver that does not accept Loops' own deliveries loses every event.",
        advice,
    };
    let stop = |concern, advice| Ok(First::Stop(result(concern, Verdict::Fail, advice)));
    let status = match answer {
        Ok(answer) => answer.status,
        Err(NoAnswer::TimedOut) => {
            return stop(
                Concern::Answers,
                "Respond before slow work: store the event, respond 2xx, then handle it.",
            );
        }
        Err(_) => {
            return stop(
                Concern::Answers,
                "Look into the server's log: it ended the connection.",
            );
        }
    };
    if status.is_redirection() {
        return stop(
            Concern::Answers,
            "Configure the URL that the redirect leads to: a POST is not repeated there.",
        );
    }
    if !is_accepted {
        return stop(Concern::Signature, likely_cause(status));
    }

    let forgery = plain_forgery(&mut run.loops);
    let start = Instant::now();
    let answer = run.deliver(forgery).await;
    run.is_done_since(start);
    run.rejects_badly = is_bad(&answer);
    run.is_slow &= match answer {
        // None comes at the same time either.
        Err(NoAnswer::TimedOut) => false,
        _ => run.gains_together(start.elapsed()).await,
    };
    Ok(First::Accepted(if is_lost {
        result(Concern::Answers, Verdict::Fail, NO_EFFECT)
    } else {
        result(Concern::Signature, Verdict::Pass, "")
    }))
}

/// Waits for the effects of the first delivery, and remembers their number and their delay.
async fn first_effects(run: &mut Run, before: Option<u64>) -> Option<u64> {
    let (effects, before) = (run.effects.as_mut()?, before?);
    let start = Instant::now();
    if effects.settle(before, 1).await > 0 {
        effects.came_after(start.elapsed());
    }
    run.is_slow |= start.elapsed() > SLOW;
    let each = effects.settle(before, 0).await;
    effects.each = each;
    Some(each)
}

fn likely_cause(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 401 | 403 => {
            "Most likely the receiver has another secret, or verifies other bytes than the raw body: \
             turn off body parsers in front of it, and compare HMAC-SHA256 of `t`, a dot and the body."
        }
        404 | 405 | 501 => {
            "Most likely the path is wrong: the receiver does not take a POST there."
        }
        411 | 413 => "Raise the limit of the body: an event has some kilobytes.",
        415 => "Accept the content type application/json, and leave the body unparsed.",
        500.. => "The receiver itself failed: the cause is in its log.",
        _ => "Look into the receiver's log.",
    }
}

/// The result of a run that could not start, for a caller that gets no error.
pub(crate) fn not_run(error: &RunError) -> CheckResult {
    let cause = error
        .source()
        .map_or_else(String::new, |cause| format!(": {cause}"));
    CheckResult {
        check: "genuine",
        concern: Concern::Answers,
        sent: "nothing",
        expected: "2xx",
        got: printable(&format!("{error}{cause}")),
        verdict: Verdict::Fail,
        why: "Without it, nothing can be said.",
        advice: "See to it that the effects can be counted.",
    }
}

/// Signed with another secret.
pub(crate) fn plain_forgery(loops: &mut Loops) -> Delivery {
    let body = loops.charge().to_string();
    loops.signed_with(OTHER_SECRET.as_bytes(), body)
}
