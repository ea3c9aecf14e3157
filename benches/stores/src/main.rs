//! What the stores cost on real engines: as ratios within one run, and with millions of rows.
//!
//! ```sh
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- ratios sqlite
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- growth sqlite 3000000
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- inbox sqlite
//! cargo run --release --manifest-path benches/stores/Cargo.toml -- take sqlite
//! ```

mod deliveries;
mod engine;
mod growth;
mod inbox;
mod postgres;
mod ratios;
mod redis;
mod sqlite;

use std::{env, process::ExitCode};

use engine::Engine;
use postgres::Postgres;
use redis::Redis;
use sqlite::Sqlite;

const USAGE: &str = "usage: stores ratios ENGINE | stores growth ENGINE [ROWS] | stores inbox ENGINE | stores take ENGINE; \
                     engines: postgres, postgres-prepared, redis, sqlite";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [bench, engine, ref rows @ ..] = arguments[..] else {
        return usage();
    };
    match (bench, engine) {
        ("inbox", "postgres") => inbox::accept(&Postgres::<false>::new()).await,
        ("inbox", "postgres-prepared") => inbox::accept(&Postgres::<true>::new()).await,
        ("inbox", "sqlite") => inbox::accept(&Sqlite::new()).await,
        ("take", "postgres") => inbox::take(&Postgres::<false>::new()).await,
        ("take", "postgres-prepared") => inbox::take(&Postgres::<true>::new()).await,
        ("take", "sqlite") => inbox::take(&Sqlite::new()).await,
        _ => return run_store(bench, engine, rows).await,
    }
    ExitCode::SUCCESS
}

async fn run_store(bench: &str, engine: &str, rows: &[&str]) -> ExitCode {
    match engine {
        "postgres" => run(bench, &Postgres::<false>::new(), rows).await,
        "postgres-prepared" => run(bench, &Postgres::<true>::new(), rows).await,
        "redis" => run(bench, &Redis::new(), rows).await,
        "sqlite" => run(bench, &Sqlite::new(), rows).await,
        _ => usage(),
    }
}

async fn run<E: Engine>(bench: &str, engine: &E, rows: &[&str]) -> ExitCode {
    match bench {
        "ratios" => ratios::run(engine).await,
        "growth" => growth::run(engine, growth::rows(rows)).await,
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
