//! Operates an inbox: shows its counts, lists dead events, and makes them wait again.
//!
//! ```sh
//! cargo run -p tower-loops-sqlite --example inbox -- inbox.db
//! cargo run -p tower-loops-sqlite --example inbox -- inbox.db redrive default charge.succeeded:evt_1
//! cargo run -p tower-loops-sqlite --example inbox -- inbox.db redrive-all
//! ```

use std::{env, process::ExitCode};

use tower_loops::{
    BoxError,
    inbox::{EventKey, Queue},
};
use tower_loops_sqlite::SqliteInbox;

/// How many dead events are listed.
const LIMIT: usize = 100;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [path] => show(path).await,
        [path, "redrive", namespace, id] => redrive(path, namespace, id).await,
        [path, "redrive-all"] => redrive_all(path).await,
        _ => Err("usage: inbox PATH [redrive NAMESPACE ID | redrive-all]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            if let Some(cause) = error.source() {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The file must be there: a mistyped path is no new inbox.
fn open(path: &str) -> Result<SqliteInbox, BoxError> {
    std::fs::metadata(path).map_err(|error| format!("{path:?}: {error}"))?;
    Ok(SqliteInbox::open(path)?)
}

async fn show(path: &str) -> Result<(), BoxError> {
    let inbox = open(path)?;
    // What a metrics exporter would read each few seconds.
    let counts = inbox.counts().await?;
    println!("waiting {}", counts.waiting);
    println!("running {}", counts.running);
    println!("dead {}", counts.dead);
    println!(
        "oldest_seconds {}",
        counts.oldest_waiting.unwrap_or_default().as_secs()
    );
    for event in inbox.dead(LIMIT).await? {
        // Errors quote what a handler was sent: escaped, for a terminal.
        println!(
            "{} {}: {} attempts, {:?}",
            event.key.namespace(),
            event.key.id(),
            event.attempts,
            event.error
        );
    }
    Ok(())
}

async fn redrive(path: &str, namespace: &str, id: &str) -> Result<(), BoxError> {
    let is_redriven = open(path)?
        .redrive(&EventKey::restore(namespace, id)?)
        .await?;
    println!(
        "{}",
        if is_redriven {
            "waits again"
        } else {
            "is not dead"
        }
    );
    Ok(())
}

async fn redrive_all(path: &str) -> Result<(), BoxError> {
    println!("{} wait again", open(path)?.redrive_all().await?);
    Ok(())
}
