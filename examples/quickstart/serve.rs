//! `--serve`: the server of the quickstart, left running.

use std::io::{self, Write, stdout};

use tower_loops::{BoxError, LoopsSignatureLayer, Rejection, VerifiedEvent};

use crate::{
    printable::printable,
    seen,
    server::{app, listen},
};

/// Serves until the process is ended.
pub(crate) async fn run(layer: LoopsSignatureLayer, address: &str) -> io::Result<()> {
    let (listener, url) = listen(address).await?;
    show(&format!("listening on {url}"));
    show("send it an event from another terminal, with the same LOOPS_WEBHOOK_SECRET:");
    show(&format!(
        "  cargo run --example send_event -- {url} charge.succeeded"
    ));
    axum::serve(listener, app(layer, on_event, on_refusal)).await
}

fn on_event(event: &VerifiedEvent) -> Result<(), BoxError> {
    let (event_type, id) = (event.event_type(), event.id());
    show(&format!("✓ {event_type}  {}  {id}", seen::summary(event)));
    Ok(())
}

fn on_refusal(rejection: &Rejection) {
    show(&format!("✗ {} {rejection}", rejection.status().as_u16()));
}

/// Prints a line. One that nobody reads any more is no reason to stop serving.
fn show(line: &str) {
    let line = printable(line);
    let _ = writeln!(stdout(), "{line}");
}
