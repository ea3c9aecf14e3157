//! The page, mostly in a real browser: headless Chromium, Debian's package `chromium`. Without
//! it, `cargo test -- --skip page::` runs the others.

mod browser;
mod hostile;
mod keyboard;
mod server;
mod shown;
