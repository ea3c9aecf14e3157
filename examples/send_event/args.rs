//! The command line.

use http::Uri;
use tower_loops::EventType;

pub(crate) const USAGE: &str = "\
Signs a realistic Loops event with LOOPS_WEBHOOK_SECRET and posts it to a running endpoint.

Usage: cargo run --example send_event -- URL EVENT_TYPE [OPTIONS]
       cargo run --example send_event -- URL --payload FILE [OPTIONS]

Event types:
  charge.succeeded               customer.subscription.deleted
  charge.refunded                invoice.payment_succeeded
  checkout.session.completed     invoice.payment_failed
  customer.subscription.created

Options:
  --count N       send N events, one after the other, each with an id of its own
  --same-id       send the same event each time, as Loops may when it retries
  --payload FILE  send the bytes of this file as they are
  --stale         sign as if ten minutes ago
  --tampered      change the body after signing
  -h, --help      show this

Prints type, id, status, time and body of each answer. Exits with 0 if every status was
2xx, with 1 if not, and with 2 if what was asked for cannot be sent.

Examples:
  LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example quickstart -- --serve 127.0.0.1:3000
  # in another terminal
  export LOOPS_WEBHOOK_SECRET=whsec_example
  cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.refunded
  cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded --count 3 --same-id
  cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded --stale
";

#[derive(Debug)]
pub(crate) enum Command {
    Send(Args),
    Help,
}

#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) url: Uri,
    pub(crate) source: Source,
    pub(crate) count: u32,
    pub(crate) same_id: bool,
    pub(crate) stale: bool,
    pub(crate) tampered: bool,
}

#[derive(Debug)]
pub(crate) enum Source {
    /// The sample of this type.
    Sample(EventType),
    /// The path of a file.
    File(String),
}

impl Command {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut positional = Vec::new();
        let (mut count, mut file) = (1, None);
        let (mut same_id, mut stale, mut tampered) = (false, false, false);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "-h" | "--help" => return Ok(Self::Help),
                "--count" => count = parse_count(args.next())?,
                "--payload" => file = Some(args.next().ok_or("--payload wants a file")?),
                "--same-id" => same_id = true,
                "--stale" => stale = true,
                "--tampered" => tampered = true,
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option:?}"));
                }
                _ => positional.push(arg),
            }
        }

        let mut positional = positional.into_iter();
        let url = parse_url(&positional.next().ok_or("there is no URL to send to")?)?;
        let event_type = positional.next();
        if let Some(surplus) = positional.next() {
            return Err(format!("unknown argument {surplus:?}"));
        }
        Ok(Self::Send(Args {
            url,
            source: parse_source(event_type, file)?,
            count,
            same_id,
            stale,
            tampered,
        }))
    }
}

fn parse_count(text: Option<String>) -> Result<u32, String> {
    text.and_then(|text| text.parse().ok())
        .filter(|count| *count > 0)
        .ok_or_else(|| "--count wants a number from 1".to_owned())
}

fn parse_url(text: &str) -> Result<Uri, String> {
    const LIKE: &str = "such as http://127.0.0.1:3000/api/webhooks/loops";
    let uri: Uri = text
        .parse()
        .map_err(|error| format!("{text:?} is not a URL {LIKE}: {error}"))?;
    match uri.scheme_str() {
        Some("http") if uri.host().is_some_and(|host| !host.is_empty()) => Ok(uri),
        Some("https") => Err(format!(
            "{text:?}: this example speaks no https; give it the server's own http URL, {LIKE}"
        )),
        _ => Err(format!("{text:?} is not an http URL {LIKE}")),
    }
}

/// A payload file says itself of what type it is; the event type then need not be given.
fn parse_source(event_type: Option<String>, file: Option<String>) -> Result<Source, String> {
    let types = USAGE
        .split("\n\n")
        .find(|part| part.starts_with("Event types"));
    let types = types.unwrap_or_default();
    match (file, event_type.as_deref().map(EventType::from)) {
        (Some(path), _) => Ok(Source::File(path)),
        // More likely a typing error than another type.
        (None, Some(EventType::Other(other))) => Err(format!("no sample of {other:?}\n{types}")),
        (None, Some(event_type)) => Ok(Source::Sample(event_type)),
        (None, None) => Err(format!("there is no event type\n{types}")),
    }
}
