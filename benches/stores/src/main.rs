//! What the stores cost on real engines: as ratios within one run, and with millions of rows.
//!
//! ```sh
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- ratios sqlite
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- growth sqlite 3000000
//! ```

mod deliveries;
mod engine;
mod growth;
mod ratios;
mod sqlite;

use std::{env, process::ExitCode};

use sqlite::Sqlite;

const USAGE: &str = "usage: stores ratios ENGINE | stores growth ENGINE [ROWS]; engines: sqlite";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["ratios", "sqlite"] => ratios::run(&Sqlite::new()).await,
        ["growth", "sqlite", ref rows @ ..] => {
            growth::run(&Sqlite::new(), growth::rows(rows)).await
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
