//! The operations as scripts, each on one key: Redis runs a script as one step.

use redis::Script;

/// `read` comes first in each: no operation touches a key that is not an event's.
pub(crate) struct Scripts {
    pub(crate) claim: Script,
    pub(crate) extend: Script,
    pub(crate) complete: Script,
    pub(crate) release: Script,
}

impl Scripts {
    pub(crate) fn new() -> Self {
        Self {
            claim: Script::new(concat!(
                include_str!("scripts/read.lua"),
                include_str!("scripts/claim.lua")
            )),
            extend: Script::new(concat!(
                include_str!("scripts/read.lua"),
                include_str!("scripts/extend.lua")
            )),
            // A success is recorded although memory has run out: it is smaller than the claim that
            // it replaces.
            complete: Script::new(concat!(
                "#!lua flags=allow-oom\n",
                include_str!("scripts/read.lua"),
                include_str!("scripts/complete.lua")
            )),
            release: Script::new(concat!(
                include_str!("scripts/read.lua"),
                include_str!("scripts/release.lua")
            )),
        }
    }
}
