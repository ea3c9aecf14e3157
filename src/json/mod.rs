//! Scans JSON without building anything: the members of an object and the elements of an array, as
//! slices of the text.
//!
//! `serde_json` can read the envelope of an event with a short visitor
//! (`tests/core/reference.rs`). This scanner stays because every verified delivery is read with it.
//! With the visitor in its place, a verification takes this many times as long, in CPU time:
//!
//! | body | 1.5 KiB, compact | 16 KiB, compact | 2.5 KiB, indented | 30.5 KiB, indented |
//! |---|---:|---:|---:|---:|
//! | visitor / scanner | 1.37 | 1.23 | 1.19 | 1.03 |
//!
//! These are the medians of the rows `core, serde visitor / scanner` of
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench ratios
//! ```
//!
//! The visitor does less: it does not look for `data.object`. The scanner also reads objects, field
//! by field.
//!
//! Senders send compact JSON. Indented JSON gains little, because the scanner skips white space
//! byte by byte. Skipping eight spaces at a time was measured: it is faster where the indentation
//! is four spaces, equal where it is two, and slower with tabs and on compact JSON.
//!
//! - [`parts`]: the members of objects and the elements of arrays.
//! - [`scan`]: one value, in one loop over bytes without recursion, so no text can exhaust the
//!   stack.
//! - [`string_mask`]: where strings end, 64 bytes at a time, as simdjson finds it.
//! - [`nesting`]: the stack of open containers, a bit a level.
//! - [`text`]: what a string stands for, and lone surrogates: valid JSON, but not valid Unicode.

mod nesting;
mod parts;
mod scan;
mod string_mask;
mod text;

pub(crate) use parts::{Level, elements, last_member, members, members_of_two, range_in};
pub(crate) use scan::Malformed;
pub(crate) use text::{
    between_quotes, has_escape, is_empty_array, replace_lone_surrogates, unquote,
};
