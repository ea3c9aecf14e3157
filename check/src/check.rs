//! What a check is: data, and the deliveries or the function that it consists of.

use tokio::time::timeout_at;

use crate::{
    concern::Concern,
    delivery::Delivery,
    endpoint::BoxFuture,
    finding::{Finding, Found},
    loops::Loops,
    report::{CheckResult, Verdict},
    run::Run,
};

pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) why: &'static str,
    pub(crate) advice: &'static str,
    pub(crate) plan: Plan,
}

pub(crate) enum Plan {
    /// Each of them must be accepted.
    Accepted(fn(&mut Loops) -> Vec<Delivery>),
    /// Each of them must be rejected, and its event not handled.
    Rejected(fn(&mut Loops) -> Vec<Delivery>),
    Own {
        expected: &'static str,
        run: for<'a> fn(&'a mut Run) -> BoxFuture<'a, Found>,
    },
}

impl Check {
    /// Carries it out, unless the server or the run has ended.
    pub(crate) async fn run(&self, run: &mut Run, concern: Concern) -> Found {
        let unknown = |why: &str| Err(Finding::Unknown(why.to_owned()));
        // Those of `answers` look at what was seen, which needs no connection.
        if concern != Concern::Answers {
            // All that was sent before the garbage was headers of garbage as well.
            if run.is_gone && self.name == "malformed" {
                return Err(Finding::Wrong("the server had ended before".to_owned()));
            }
            if run.is_gone {
                return unknown("the server does not accept connections any more");
            }
            if run.is_over() {
                return Err(Finding::Over);
            }
        }
        let deadline = run.deadline;
        let found = match timeout_at(deadline, self.plan.carry_out(run)).await {
            Ok(found) => found,
            Err(_) => return Err(Finding::Over),
        };
        if matches!(found, Err(Finding::Wrong(_))) && !run.is_gone {
            let has_ended = timeout_at(deadline, run.has_ended()).await;
            run.is_gone = has_ended.unwrap_or(false);
        }
        found
    }

    pub(crate) fn result(&self, concern: Concern, found: Found) -> CheckResult {
        let (verdict, got) = match found {
            Ok(got) => (Verdict::Pass, got),
            Err(Finding::Wrong(got)) => (Verdict::Fail, got),
            Err(Finding::Unknown(got)) => (Verdict::Skipped, got),
            Err(Finding::Over) => (Verdict::Skipped, "the run's minute was over".to_owned()),
        };
        CheckResult {
            check: self.name,
            concern,
            sent: self.sent,
            expected: self.plan.expected(),
            got,
            verdict,
            why: self.why,
            advice: self.advice,
        }
    }
}

impl Plan {
    async fn carry_out(&self, run: &mut Run) -> Found {
        let (deliveries, is_genuine) = match self {
            Self::Accepted(deliveries) => (deliveries(&mut run.loops), true),
            Self::Rejected(deliveries) => (deliveries(&mut run.loops), false),
            Self::Own { run: own, .. } => return own(run).await,
        };
        run.one_by_one(deliveries, is_genuine).await
    }

    pub(crate) fn expected(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "2xx",
            Self::Rejected(_) => "4xx, and the event is not handled",
            Self::Own { expected, .. } => expected,
        }
    }
}
