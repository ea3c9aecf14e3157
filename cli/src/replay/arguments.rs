//! The arguments of `replay`.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;

use crate::{edit::Assignment, endpoint::Endpoint, secret::SecretArguments, send::duration};

const EXAMPLES: &str = "\
Examples:
  tower-loops listen 127.0.0.1:4000 --record deliveries       # records them
  tower-loops replay deliveries --to http://127.0.0.1:3000/hook
  tower-loops replay deliveries/*.json --to http://127.0.0.1:3000 \\
      --order random --seed 7 --every 200ms
  tower-loops replay delivery.json --to http://127.0.0.1:3000 \\
      --new-id --times 10 --set data.object.amount=1
  tower-loops replay delivery.json --to http://127.0.0.1:3000 --as-loops";

/// Send recorded deliveries again, with a fresh time and signature
///
/// Method, path, query, headers and body are those of the recording. A URL with a path replaces the
/// recorded path.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Files that `listen --record` wrote, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The endpoint: http or https
    #[arg(long, value_name = "URL")]
    pub(super) to: Endpoint,
    /// Keep the ids of the events, as a retry does; this is the default
    #[arg(long)]
    pub(super) same_id: bool,
    /// Give each delivery its own id
    #[arg(long, conflicts_with = "same_id")]
    pub(super) new_id: bool,
    /// Set a value of each event, such as data.object.amount=1; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    pub(super) set: Vec<Assignment>,
    /// How many times to send all of them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) times: u32,
    /// Another order than that of the files
    #[arg(long, value_name = "ORDER")]
    pub(super) order: Option<Order>,
    /// Makes a random order repeatable
    #[arg(long, value_name = "N", requires = "order")]
    pub(super) seed: Option<u64>,
    /// Pause between two deliveries, such as 200ms
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) every: Option<Duration>,
    /// Repeat each delivery with growing pauses until the answer is 2xx, as Loops may
    ///
    /// Loops does not document its schedule: here each pause is twice as long as the one before.
    #[arg(long)]
    pub(super) as_loops: bool,
    /// How many attempts --as-loops makes
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=32))]
    pub(super) attempts: u32,
    /// The first pause of --as-loops
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = duration)]
    pub(super) first_pause: Duration,
    /// How long an answer may take, such as 10s or 500ms
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(super) timeout: Duration,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// The last file first
    Reverse,
    /// At random, repetitions mixed
    Random,
}
