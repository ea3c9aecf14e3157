//! The Test button of the Loops dashboard, at home: signs a realistic event and posts it to a running endpoint.
//!
//! ```text
//! LOOPS_WEBHOOK_SECRET=… cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```

mod args;
#[path = "../support/client.rs"]
mod client;
mod fresh;
mod outgoing;
#[path = "../support/printable.rs"]
mod printable;

use std::{
    env,
    io::{Write, stdout},
    process::ExitCode,
};

use args::{Args, Command, USAGE};
use client::{Answer, Client};
use outgoing::Deliveries;
use printable::printable;
use tower_loops::{Secret, Signer};

#[tokio::main]
async fn main() -> ExitCode {
    let args = env::args_os().skip(1);
    match Command::parse(args.map(|arg| arg.to_string_lossy().into_owned())) {
        Ok(Command::Send(args)) => send(&args).await,
        Ok(Command::Help) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(2, &format!("{error}\nTry --help.")),
    }
}

async fn send(args: &Args) -> ExitCode {
    let signer = match Secret::from_env("LOOPS_WEBHOOK_SECRET") {
        Ok(secret) => Signer::new(secret),
        Err(error) => return fail(2, &error.to_string()),
    };
    let deliveries = match Deliveries::new(args, signer) {
        Ok(deliveries) => deliveries,
        Err(error) => return fail(2, &error),
    };

    let client = Client::new();
    let mut accepted = 0;
    for delivery in deliveries {
        let label = delivery.label;
        match client
            .post(&args.url, &[delivery.signature], delivery.body)
            .await
        {
            Ok(answer) => {
                accepted += u32::from(answer.status.is_success());
                show(&format!("{label}  {}", describe(&answer)));
            }
            Err(error) => return fail(1, &format!("cannot deliver to {}: {error}", args.url)),
        }
    }
    if args.count > 1 {
        show(&format!("{accepted} of {} accepted", args.count));
    }
    if accepted == args.count {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn describe(answer: &Answer) -> String {
    let time = answer.time.as_secs_f64() * 1000.0;
    let body = printable(answer.body.trim());
    format!("{}  {time:.1} ms  {body}", answer.status)
}

/// Prints a line. One that nobody reads any more is no reason to fail.
fn show(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

fn fail(status: u8, error: &str) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(status)
}
