//! The checks of each concern, in their order.

use super::{answers, body, duplicates, header, limits, payload, signature, timestamp};
use crate::{check::Check, concern::Concern};

pub(crate) fn of(concern: Concern) -> &'static [Check] {
    match concern {
        Concern::Signature => signature::CHECKS,
        Concern::Timestamp => timestamp::CHECKS,
        Concern::Header => header::CHECKS,
        Concern::Body => body::CHECKS,
        Concern::Payload => payload::CHECKS,
        Concern::Duplicates => duplicates::CHECKS,
        Concern::Limits => limits::CHECKS,
        Concern::Answers => answers::CHECKS,
    }
}
