//! The checks, a file for each concern.

use crate::{check::Check, concern::Concern};

mod answers;
mod at_once;
mod body;
mod duplicates;
mod forgery;
mod header;
mod limits;
mod payload;
mod signature;
mod timestamp;

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
