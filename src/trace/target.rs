//! The target of every log event, which does not change when modules move.

pub(super) const TARGET: &str = "tower_loops";
