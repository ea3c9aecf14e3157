//! The guide: what you see, what it is, what to do.
//!
//! | page | read it when |
//! |---|---|
//! | [`rejections`] | Loops' log shows a status other than 200 |
//! | [`mounting`] | you choose a place for the layer, or combine it with other middleware |
//! | [`compiler_errors`] | a stack or a handler does not compile |
//! | [`events`] | you write the handler |

#[doc = include_str!("compiler_errors.md")]
pub mod compiler_errors {}

#[doc = include_str!("events.md")]
pub mod events {}

#[doc = include_str!("mounting.md")]
pub mod mounting {}

#[doc = include_str!("rejections.md")]
pub mod rejections {}
