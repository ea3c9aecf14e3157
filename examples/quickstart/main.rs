//! The whole crate in one command: a real server behind the layer, and Loops played against it over HTTP.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example quickstart -- --serve 127.0.0.1:3000
//! ```

mod args;
mod attacks;
#[path = "../support/client.rs"]
mod client;
mod delivery;
mod genuine;
mod play;
#[path = "../support/printable.rs"]
mod printable;
mod repeats;
mod scenario;
mod seen;
mod serve;
mod server;
mod style;
mod table;
mod unfinished;

use std::{env, process::ExitCode};

use args::{Command, USAGE};
use tower_loops::LoopsSignatureLayer;

#[tokio::main]
async fn main() -> ExitCode {
    let args = env::args_os().skip(1);
    match Command::parse(args.map(|arg| arg.to_string_lossy().into_owned())) {
        Ok(Command::Play) => play().await,
        Ok(Command::Serve { address }) => serve(&address).await,
        Ok(Command::Help) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(2, &format!("{error}\nTry --help.")),
    }
}

async fn play() -> ExitCode {
    match scenario::run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => fail(1, &error.to_string()),
    }
}

async fn serve(address: &str) -> ExitCode {
    let layer = match LoopsSignatureLayer::from_env() {
        Ok(layer) => layer,
        Err(error) => return fail(2, &error.to_string()),
    };
    match serve::run(layer, address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &format!("cannot serve on {address:?}: {error}")),
    }
}

fn fail(status: u8, error: &str) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(status)
}
