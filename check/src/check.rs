//! What a check is: data, and the deliveries or the function that it consists of.

use crate::{delivery::Delivery, endpoint::BoxFuture, loops::Loops, run::Run};

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
}

impl Finding {
    /// Names the delivery in question.
    pub(crate) fn to(self, delivery: &str) -> Self {
        match self {
            Self::Wrong(got) => Self::Wrong(format!("{got} to {delivery}")),
            unknown @ Self::Unknown(_) => unknown,
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
