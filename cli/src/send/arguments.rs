//! The arguments of `send`.

use std::{path::PathBuf, time::Duration};

use tower_loops::EventType;

use crate::{edit::Assignment, endpoint::Endpoint, secret::SecretArguments};

const EXAMPLES: &str = "\
Examples:
  export LOOPS_WEBHOOK_SECRET=whsec_example
  tower-loops send http://127.0.0.1:3000/hook
  tower-loops send http://127.0.0.1:3000/hook invoice.payment_failed \\
      --set data.object.amount_due=990 --set data.object.currency=eur
  tower-loops send http://127.0.0.1:3000/hook \\
      --same-id --count 64 --concurrency 64
  tower-loops send http://127.0.0.1:3000/hook --age 600    # must be rejected
  tower-loops send https://shop.example.com/hook --payload event.json";

/// Sign an event and post it to an endpoint
///
/// The event is a realistic sample with its own id, created now, or the bytes of a file.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The endpoint: http or https
    pub(super) url: Endpoint,
    /// The type of the event, such as charge.refunded
    #[arg(default_value = "charge.succeeded", value_parser = event_type, conflicts_with = "payload")]
    pub(super) event_type: EventType,
    /// Send the bytes of this file unchanged; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub(super) payload: Option<PathBuf>,
    /// Set a value of the event, such as data.object.amount=1; repeatable
    ///
    /// A value that is not JSON is text. An index names an item of a list.
    #[arg(long, value_name = "PATH=VALUE")]
    pub(super) set: Vec<Assignment>,
    /// How many deliveries to send
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) count: u32,
    /// How many deliveries to send at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) concurrency: u32,
    /// Send the same event each time, as a retry does
    #[arg(long)]
    pub(super) same_id: bool,
    /// Sign with a time this many seconds ago; a negative number is in the future
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(super) age: i64,
    /// Change the body after signing
    #[arg(long)]
    pub(super) tampered: bool,
    /// How long an answer may take, such as 10s or 500ms
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(super) timeout: Duration,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}

/// A duration of more than zero, such as `200ms` or `1m 30s`; a bare number counts seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const LIKE: &str = "expected a duration, such as 10s or 200ms";
    let seconds = text.parse::<u32>().map(|s| Duration::from_secs(s.into()));
    let duration = seconds.ok().or_else(|| {
        let duration: jiff::SignedDuration = text.parse().ok()?;
        Duration::try_from(duration).ok()
    });
    (duration.filter(|duration| !duration.is_zero())).ok_or_else(|| LIKE.to_owned())
}

fn event_type(text: &str) -> Result<EventType, String> {
    let is_type = |text: &str| text.split('.').count() > 1 && text.split('.').all(is_name);
    if is_type(text) {
        Ok(text.into())
    } else {
        Err("expected a type such as charge.succeeded".to_owned())
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_part)
}
