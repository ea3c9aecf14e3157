//! `tower-loops`: sends, explains, receives, replays and checks Loops webhooks.

mod arguments;
mod check;
mod client;
mod delivery_headers;
mod edit;
mod endpoint;
mod exit;
mod explain;
mod fresh;
mod generate;
mod interrupt;
mod listen;
mod output;
mod page;
mod recording;
mod replay;
mod secret;
mod send;
mod text;
mod tls;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use output::Output;

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { json, command } = Arguments::parse();
    let output = Output::new(json);
    let result = match command {
        Command::Send(arguments) => send::run(arguments, output).await,
        Command::Check(arguments) => check::run(arguments, output).await,
        Command::Explain(arguments) => explain::run(&arguments, output),
        Command::Listen(arguments) => listen::run(arguments, output).await,
        Command::Replay(arguments) => replay::run(arguments, output).await,
        Command::Completions(arguments) => generate::completions(&arguments, Arguments::command()),
        Command::Man(arguments) => generate::man(&arguments, Arguments::command()),
    };
    exit::code(result)
}
