//! What a check is: data, and the deliveries or the function that it consists of.

use crate::{
    concern::Concern,
    delivery::Delivery,
    endpoint::BoxFuture,
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

/// What was found: `Ok` is right. The text is what happened.
pub(crate) type Found = Result<String, Finding>;

pub(crate) enum Finding {
    Wrong(String),
    Unknown(String),
    /// There was no time left.
    Over,
}

impl Finding {
    /// Names the delivery in question.
    pub(crate) fn to(self, delivery: &str) -> Self {
        match self {
            Self::Wrong(got) => Self::Wrong(format!("{got} to {delivery}")),
            unknown => unknown,
        }
    }
}

impl Check {
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
    pub(crate) fn expected(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "2xx",
            Self::Rejected(_) => "4xx, and the event is not handled",
            Self::Own { expected, .. } => expected,
        }
    }
}
