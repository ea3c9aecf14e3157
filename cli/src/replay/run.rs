//! Sends the deliveries one after the other.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::time::sleep;
use tower_loops::{SIGNATURE_HEADER, Signer};

use super::{
    Arguments,
    arguments::Order,
    as_loops::{Attempts, pause},
    recorded::Recorded,
    sequence::sequence,
};
use crate::{
    client::Client,
    exit::{CannotRun, Outcome},
    interrupt::interrupted,
    output::{Output, note},
    send::{Delivered, Report},
};

pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<Outcome, CannotRun> {
    let signer = Signer::new(arguments.secret.read()?);
    let deliveries = Recorded::read_all(&arguments)?;
    let client = Client::new(arguments.timeout, arguments.to.uri())?;
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    if arguments.order == Some(Order::Random) {
        note(&format!("random order: --seed {seed} repeats it"));
    }
    let sequence = sequence(deliveries.len(), arguments.times, arguments.order, seed);

    let mut replay = Replay {
        arguments: &arguments,
        signer,
        client,
        output,
        report: Report::new(output, &arguments.to),
        undelivered: 0,
    };
    let all = async {
        for (position, index) in sequence.iter().enumerate() {
            if let (1.., Some(every)) = (position, arguments.every) {
                sleep(every).await;
            }
            replay.deliver(&deliveries[*index]).await?;
        }
        Ok(())
    };
    let result = tokio::select! {
        result = all => result,
        () = interrupted() => Err(CannotRun::new("interrupted before the last delivery")),
    };
    replay.report.finish(sequence.len());
    result.map(|()| Outcome::success_if(replay.undelivered == 0))
}

struct Replay<'a> {
    arguments: &'a Arguments,
    signer: Signer,
    client: Client,
    output: Output,
    report: Report<'a>,
    undelivered: u32,
}

impl Replay<'_> {
    /// Sends the delivery: once, or as often as Loops would.
    async fn deliver(&mut self, recorded: &Recorded<'_>) -> Result<(), CannotRun> {
        // A retry has the id of the first attempt.
        let request = recorded.request()?;
        if !self.arguments.as_loops {
            let delivered = self.attempt(recorded, &request).await?;
            self.undelivered += u32::from(!delivered.is_accepted());
            return Ok(());
        }
        let mut attempts = Attempts::new();
        for attempt in 1..=self.arguments.attempts {
            sleep(pause(self.arguments.first_pause, attempt)).await;
            let delivered = self.attempt(recorded, &request).await?;
            attempts.add(&delivered);
            if delivered.is_accepted() {
                break;
            }
        }
        self.undelivered += u32::from(!attempts.is_accepted());
        self.output.show(&attempts, || attempts.text());
        Ok(())
    }

    async fn attempt(
        &mut self,
        recorded: &Recorded<'_>,
        (method, headers, body): &(Method, HeaderMap, Bytes),
    ) -> Result<Delivered, CannotRun> {
        let mut headers = headers.clone();
        headers.insert(SIGNATURE_HEADER, self.signer.sign(body, SystemTime::now()));
        let (method, uri) = (method.clone(), recorded.uri.clone());
        let result = self.client.send(method, uri, headers, body.clone()).await;
        self.report.add(body, result)
    }
}
