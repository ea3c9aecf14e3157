//! The page in a real browser: headless Chromium, Debian's package `chromium`.

mod browser;
mod hostile;
mod keyboard;
mod shown;
#[path = "../support/mod.rs"]
mod support;
