//! What the tests of both programs share.

pub(crate) mod endpoint;
pub(crate) mod listening;
pub(crate) mod process;
pub(crate) mod raw;
