//! `duplicates`: each event has its effects once, and no event takes another's.

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    endpoint::BoxFuture,
    finding::{Finding, Found},
    loops::Loops,
    run::Run,
};

use super::at_once::at_once;

const CLAIM: &str = "Claim the event's id in one atomic step (INSERT … ON CONFLICT DO NOTHING) before you handle it.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "repeated",
        sent: "one event three times, one after the other",
        why: "The guide: webhooks may be sent multiple times. A second charge or shipment costs money.",
        advice: "Remember the id of each handled event, and answer 2xx when it comes again.",
        plan: Plan::Own {
            expected: "2xx each time; its effects once",
            run: repeated,
        },
    },
    Check {
        name: "at-once",
        sent: "one event 64 times at the same time, then once more",
        why: "Looking the id up, then storing it, as the guide's sample does, lets two deliveries through at once.",
        advice: CLAIM,
        plan: Plan::Own {
            expected: "2xx, 409, 425, 429 or 503; then 2xx; its effects once",
            run: at_once,
        },
    },
    Check {
        name: "forgotten",
        sent: "the first event of this run once more, many events later",
        why: "A memory of a few ids or seconds is none: a retry can come hours later.",
        advice: "Keep the ids of handled events for as long as Loops may send them, in a database.",
        plan: Plan::Own {
            expected: "2xx; no effect",
            run: forgotten,
        },
    },
    Check {
        name: "other-event",
        sent: "events that differ from a handled one in their ids alone",
        why: "A key that is cut, folded to lower case, or no id at all swallows other customers' payments.",
        advice: "Compare whole ids, byte by byte.",
        plan: Plan::Own {
            expected: "2xx; the effects of each",
            run: |run| Box::pin(run.each(with_other_ids, true)),
        },
    },
    Check {
        name: "same-object",
        sent: "a charge, then its refund: two events with one object",
        why: "A receiver that takes the object's id for the event's swallows refunds and cancellations.",
        advice: "Use the event's `id` as the key, never the one in data.object.",
        plan: Plan::Own {
            expected: "2xx; the effects of each",
            run: same_object,
        },
    },
    Check {
        name: "forged-first",
        sent: "a forged event, then the genuine one with its id",
        why: "A receiver that remembers ids before it verifies lets anyone suppress an event by its id.",
        advice: "Verify first, then look for duplicates.",
        plan: Plan::Own {
            expected: "4xx, then 2xx; the effects of the genuine one",
            run: forged_first,
        },
    },
];

fn repeated(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let before = run.count().await;
        let body = run.loops.charge().to_string();
        let mut got = String::new();
        // Each with its own signature, as a sender that signs again has it.
        for (time, age) in [("the first", 2), ("the second", 1), ("the third", 0)] {
            let delivery = run.loops.signed_ago(body.clone(), age);
            let found = run.accepts(delivery).await;
            got = found.map_err(|finding| finding.to(time))?;
        }
        run.is_handled_once(before, got).await
    })
}

fn with_other_ids(loops: &mut Loops) -> Vec<Delivery> {
    let event = loops.charge();
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    let ids = [
        ("the event", format!("{id}Ab")),
        (
            "an id that differs in its last character",
            format!("{id}Ac"),
        ),
        ("an id that differs in case", format!("{id}ab")),
        (
            "an id of 200 characters",
            format!("{id}{}", "x".repeat(200 - id.len())),
        ),
        (
            "another of 200 characters",
            format!("{id}{}y", "x".repeat(199 - id.len())),
        ),
    ];
    let delivery = |(label, id): (_, String)| {
        // A new charge: only the event's id identifies duplicates.
        let mut event = loops.charge();
        event["id"] = id.into();
        loops.genuine(event.to_string()).twin().labelled(label)
    };
    ids.map(delivery).into()
}

fn forgotten(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let before = run.count().await;
        let delivery = run.loops.genuine(run.first.clone());
        let got = run.accepts(delivery).await?;
        match run.effects_since(before, 0).await {
            Some(risen @ 1..) => Err(Finding::Wrong(format!("{got}; {risen} more effects"))),
            _ => Ok(got),
        }
    })
}

fn same_object(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        // How many effects a refund has, if they are counted at all.
        let before = run.count().await;
        let mut refund = run.loops.event("charge.refunded");
        let delivery = run.loops.genuine(refund.to_string());
        if run.accepts(delivery).await.is_err() {
            let why = "a refund is not acknowledged, which is a matter of `payload`";
            return Err(Finding::Unknown(why.to_owned()));
        }
        let each = run.effects_since(before, 0).await.unwrap_or(0);

        let charge = run.loops.charge();
        let delivery = run.loops.genuine(charge.to_string()).charge();
        let found = run.accepts(delivery).await;
        found.map_err(|finding| finding.to("the charge"))?;
        for member in ["id", "payment_intent", "metadata"] {
            refund["data"]["object"][member] = charge["data"]["object"][member].clone();
        }
        refund["id"] = run.loops.event("charge.refunded")["id"].clone();
        let before = run.count().await;
        let delivery = run.loops.genuine(refund.to_string());
        let found = run.accepts(delivery).await;
        let got = found.map_err(|finding| finding.to("its refund"))?;
        match run.effects_since(before, each).await {
            Some(risen) if risen < each => Err(Finding::Wrong(format!(
                "{got}, but the refund had no effect"
            ))),
            _ => Ok(got),
        }
    })
}

fn forged_first(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let body = run.loops.charge().to_string();
        let forged = run
            .loops
            .signed_with(crate::first::OTHER_SECRET.as_bytes(), body.clone());
        let first = run.rejects(forged).await;
        let first = first.map_err(|finding| finding.to("the forged one"))?;
        let genuine = run.loops.genuine(body).twin();
        let then = run.accepts(genuine).await;
        let then = then.map_err(|finding| finding.to("the genuine one"))?;
        Ok(format!("{first}, then {then}"))
    })
}

impl Run {
    /// Waits for what is still to be handled, and compares with the effects of one event.
    pub(super) async fn is_handled_once(&mut self, before: Option<u64>, got: String) -> Found {
        let Some(each) = self.effects.as_ref().map(|effects| effects.each) else {
            return Ok(got);
        };
        if each == 0 {
            let why = "the first delivery had no effect that is counted";
            return Err(Finding::Unknown(why.to_owned()));
        }
        self.effects_since(before, each).await;
        match self.effects_since(before, 0).await {
            Some(risen) if risen != each => Err(Finding::Wrong(format!(
                "{got}; {risen} effects in place of {each}"
            ))),
            _ => Ok(got),
        }
    }
}
