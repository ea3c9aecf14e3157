//! The whole play: the server is started, everything is sent, and the table printed.

use std::{
    error::Error,
    io::{Write, stdout},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::Uri;
use tokio::sync::mpsc;
use tower_loops::{LoopsSignatureLayer, Secret, VerifiedEvent};

use crate::{
    attacks,
    client::Client,
    delivery::{Delivery, NEW_SECRET, OLD_SECRET, Senders},
    genuine,
    play::{Played, play},
    repeats::{FAILS_AT_FIRST, repeats},
    seen::Seen,
    server,
    style::Style,
    table::{Section, render},
};

/// Whether everything was as it should be.
pub(crate) async fn run() -> Result<bool, Box<dyn Error>> {
    let layer = LoopsSignatureLayer::new(Secret::new(NEW_SECRET)?)
        .with_additional_secret(Secret::new(OLD_SECRET)?);
    let (tell, mut seen) = mpsc::unbounded_channel();
    let has_failed = Arc::new(AtomicBool::new(false));
    let on_event = move |event: &VerifiedEvent| {
        // Nobody listens any more once the play is over.
        let _ = tell.send(Seen::of(event));
        if event.id() == FAILS_AT_FIRST && !has_failed.swap(true, Ordering::SeqCst) {
            return Err("the database is gone".into());
        }
        Ok(())
    };
    let (listener, url) = server::listen("127.0.0.1:0").await?;
    tokio::spawn(axum::serve(listener, server::app(layer, on_event, |_| {})).into_future());

    let client = Client::new();
    let uri: Uri = url.parse()?;
    let mut sections: Vec<Section> = Vec::new();
    for (title, deliveries) in script(&Senders::new()?) {
        let mut played = Vec::new();
        for delivery in deliveries {
            played.push(play(&client, &uri, delivery, &mut seen).await);
        }
        sections.push((title, played));
    }

    let style = Style::of_stdout();
    let text = format!(
        "\n{}\n\n{}\n\n{}\n\n{}\n",
        introduction(&url, &style),
        render(&sections, &style),
        FOOTNOTE,
        summary(&sections, &style)
    );
    // A reader that has seen enough, such as `head`, changes nothing in the outcome.
    let _ = stdout().write_all(text.as_bytes());
    Ok(sections
        .iter()
        .flat_map(|(_, played)| played)
        .all(Played::is_as_expected))
}

fn script(senders: &Senders) -> [(&'static str, Vec<Delivery>); 7] {
    [
        ("Genuine events", genuine::events(senders)),
        ("A rotation of the secret", genuine::rotation(senders)),
        ("Each event once", repeats(senders)),
        ("Forgeries", attacks::forgeries(senders)),
        ("Replays", attacks::replays(senders)),
        (
            "Headers that are not one signature",
            attacks::headers(senders),
        ),
        ("Bodies that are too large", attacks::oversize(senders)),
    ]
}

const FOOTNOTE: &str = "   \
   * t=<now>.<first bytes of the body>, with the rest as the body. The signed text is the same to the byte, and so is\n     \
     its MAC: three of the four code samples in the vendor's guide take this signature for a genuine one.";

fn introduction(url: &str, style: &Style) -> String {
    format!(
        "   {} plays Loops against an axum server at {url}\n   \
         that accepts two secrets, as during a rotation: #0 is the new one, #1 the old one.",
        style.bold("tower-loops quickstart")
    )
}

fn summary(sections: &[Section], style: &Style) -> String {
    let played = || sections.iter().flat_map(|(_, played)| played);
    let total = played().count();
    let reached = played()
        .filter(|played| played.reached_the_handler())
        .count();
    let wrong = played().filter(|played| !played.is_as_expected()).count();
    let time: Duration = played().map(|played| played.time).sum();
    let time = format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    if wrong > 0 {
        let verdict = format!("{wrong} of {total} deliveries came out otherwise than they should.");
        return format!("   {}", style.red(&verdict));
    }
    let verdict = style.green("All as they should.");
    let refused = played().filter(|played| played.is_refused()).count();
    let known = total - reached - refused;
    format!(
        "   {total} deliveries in {time}: {reached} reached the handler, {refused} were refused, {known} known by the store. {verdict}\n   \
         To send it events of your own: cargo run --example quickstart -- --serve 127.0.0.1:3000"
    )
}
