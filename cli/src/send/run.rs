//! Sends the deliveries, `--concurrency` at the same time.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, header};
use tower_loops::{SIGNATURE_HEADER, Signer};

use super::{
    Arguments, Report,
    payload::{Payload, tampered},
};
use crate::{
    client::{Answer, Client, JSON, NoAnswer, USER_AGENT},
    exit::{CannotRun, Outcome},
    interrupt::interrupted,
    output::Output,
};

pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<Outcome, CannotRun> {
    let signer = Signer::new(arguments.secret.read()?);
    let payload = Payload::new(&arguments)?;
    let client = Client::new(arguments.timeout, arguments.url.uri())?;
    let send = |_| {
        let body = payload.next();
        async { Ok::<_, CannotRun>(deliver(&client, &signer, &arguments, body?).await) }
    };
    let mut deliveries = stream::iter(0..arguments.count)
        .map(send)
        .buffer_unordered(arguments.concurrency as usize);

    let mut report = Report::new(output, &arguments.url);
    let all = async {
        while let Some(delivery) = deliveries.next().await {
            let (sent, result) = delivery?;
            report.add(&sent, result)?;
        }
        Ok(())
    };
    let result = tokio::select! {
        result = all => result,
        () = interrupted() => Err(CannotRun::new("interrupted before the last answer")),
    };
    report.finish(arguments.count as usize);
    result.map(|()| Outcome::success_if(report.all_accepted()))
}

/// Signs and posts the body. Returns it with the answer.
async fn deliver(
    client: &Client,
    signer: &Signer,
    arguments: &Arguments,
    body: Bytes,
) -> (Bytes, Result<Answer, NoAnswer>) {
    let signature = signer.sign(&body, aged(arguments.age));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::USER_AGENT, USER_AGENT);
    headers.insert(SIGNATURE_HEADER, signature);
    let sent = if arguments.tampered {
        tampered(&body)
    } else {
        body.clone()
    };
    let uri = arguments.url.uri().clone();
    let result = client.send(Method::POST, uri, headers, sent).await;
    (body, result)
}

/// The time this many seconds ago, within the range of the clock.
fn aged(seconds: i64) -> SystemTime {
    let now = SystemTime::now();
    let by = Duration::from_secs(seconds.unsigned_abs());
    let then = if seconds < 0 {
        now.checked_add(by)
    } else {
        now.checked_sub(by)
    };
    then.unwrap_or(SystemTime::UNIX_EPOCH)
}
