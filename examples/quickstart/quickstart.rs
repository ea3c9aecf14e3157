//! The whole crate in one command: a server behind both layers, with simulated deliveries and
//! attacks against it over HTTP.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

mod receiver;
mod show;

use std::{
    env,
    io::{IsTerminal, stdout},
    process::ExitCode,
    sync::atomic::Ordering,
};

use axum::Router;
use receiver::{Orders, PATH, protected, unprotected};
use show::Show;
use tokio::net::TcpListener;
use tower_loops::{BoxError, Secret};
use tower_loops_check::{Suite, Target};

const USAGE: &str = "\
Plays Loops and its attackers against a server behind tower-loops, over HTTP.

Usage: cargo run --example quickstart
       cargo run --example quickstart -- unprotected

With `unprotected`, the server is the same without the layers. Exits with 0 if every check
passes, with 1 if one fails.
";

#[tokio::main]
async fn main() -> Result<ExitCode, BoxError> {
    let secret = Secret::new("whsec_of_the_quickstart")?;
    let orders = Orders::default();
    let args: Vec<String> = env::args().skip(1).collect();
    let app = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => protected(&secret, &orders),
        ["unprotected"] => unprotected(&orders),
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return Ok(ExitCode::SUCCESS);
        }
        _ => {
            eprint!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    };
    let url = serve(app).await?;

    let is_plain =
        !stdout().is_terminal() || env::var_os("NO_COLOR").is_some_and(|no| !no.is_empty());
    let mut show = Show::new(&url, is_plain);
    let count = move || {
        let fulfilled = orders.load(Ordering::SeqCst);
        async move { Ok(fulfilled) }
    };
    let suite = Suite::new(secret).with_effects(count);
    let target = Target::http(url.parse()?)?;
    let summary = suite.run_at(&target, |result| show.result(&result)).await?;
    show.summary(summary);
    Ok(if summary.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Serves on a free port, until the process ends.
async fn serve(app: Router) -> Result<String, BoxError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}{PATH}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}
