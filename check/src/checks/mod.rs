//! The checks, a file for each concern.

mod answers;
mod at_once;
mod body;
mod duplicates;
mod forgery;
mod header;
mod limits;
mod list;
mod payload;
mod signature;
mod timestamp;

pub(crate) use list::of;
