//! The arguments of `check`.

use std::time::Duration;

use tower_loops_check::Concern;

use crate::{endpoint::Endpoint, secret::SecretArguments, send::duration};

const EXAMPLES: &str = "\
Examples:
  tower-loops check http://127.0.0.1:3000/hook
  tower-loops check http://127.0.0.1:3000/hook --only signature,timestamp
  tower-loops check http://127.0.0.1:3000/hook \\
      --effects-url http://127.0.0.1:3000/fulfilled
  tower-loops check http://127.0.0.1:3000/hook \\
      --effects-command 'psql -Atc \"select count(*) from fulfilments\"'
  tower-loops check https://staging.example.com/hook --allow-remote --json";

/// Attack an endpoint, and deliver what it must accept
///
/// Says for each check what was sent, what must happen and what happened; for a failure also why it
/// matters and what to do. It takes a minute at most and sends 40 MB at most. With an effects
/// option, it also notices a forgery that is rejected and handled all the same, and duplicates that
/// are handled twice.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The endpoint: http or https
    pub(super) url: Endpoint,
    /// URL that answers a GET with the number of side effects so far, as digits
    #[arg(long, value_name = "URL", conflicts_with = "effects_command")]
    pub(super) effects_url: Option<Endpoint>,
    /// Shell command that prints the number of side effects so far, as digits
    #[arg(long, value_name = "CMD")]
    pub(super) effects_command: Option<String>,
    /// Run the checks of this concern only, repeatable: signature, timestamp, header, body,
    /// payload, duplicates, limits, answers
    #[arg(long, value_name = "CONCERN", value_delimiter = ',')]
    pub(super) only: Vec<Concern>,
    /// How long an answer may take, such as 10s or 500ms
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Attack an endpoint on another machine. It must be yours
    #[arg(long)]
    pub(super) allow_remote: bool,
    /// Show every check in full, not only those that fail
    #[arg(long)]
    pub(super) verbose: bool,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}
