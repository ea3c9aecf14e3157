//! Without the feature `tracing`: the same names, and nothing behind them.

use std::time::SystemTime;

use crate::{Rejection, VerifiedEvent};

pub(crate) fn verified(_: &VerifiedEvent, _: SystemTime) {}

pub(crate) fn refused(_: &Rejection) {}
