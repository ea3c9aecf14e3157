//! The command line as a whole. Each command declares its own arguments.

use clap::{Parser, Subcommand};

use crate::{check, explain, generate, listen, replay, send};

const MORE: &str = "\
Shell completions: tower-loops completions bash|zsh|fish|elvish|powershell
Man pages:         tower-loops man FOLDER";

/// Sends, explains, receives, replays and checks Loops webhooks, for endpoints in any language.
///
/// It works offline, without an account. The secret comes from LOOPS_WEBHOOK_SECRET, from the
/// variable that --secret-env names, or from a file; never from an argument.
///
/// Exit codes: 0 success; 1 a check failed or a delivery was rejected; 2 the command could not run.
#[derive(Debug, Parser)]
#[command(name = "tower-loops", version, max_term_width = 100, after_help = MORE)]
pub(crate) struct Arguments {
    /// Print one JSON object a line on stdout, and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Send(send::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    Listen(listen::Arguments),
    Replay(replay::Arguments),
    #[command(hide = true)]
    Completions(generate::CompletionsArguments),
    #[command(hide = true)]
    Man(generate::ManArguments),
}
