//! Starts everything, and ends it at Ctrl-C.

use std::{net::SocketAddr, sync::Arc};

use serde::Serialize;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    time::timeout,
};
use tower_loops::{Signer, explain::Explainer};

use super::{
    Arguments,
    forward::Forward,
    gate::Gate,
    journal::Journal,
    reasons::show_all,
    receiver::Receiver,
    recorder::Recorder,
    server::{SHUTDOWN_TIMEOUT, serve},
};
use crate::{
    exit::{CannotRun, Outcome},
    interrupt::interrupted,
    output::{BOLD, Output, styled},
    page::Page,
};

/// The first line of output.
#[derive(Serialize)]
struct Addresses {
    listening: String,
    page: String,
}

pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<Outcome, CannotRun> {
    let secret = arguments.secret.read()?;
    let forward = Forward::new(&arguments)?;
    let recorder = (arguments.record.as_deref())
        .map(Recorder::new)
        .transpose()?;
    let (listener, address) = bind(arguments.address).await?;
    let (page_listener, page_address) = bind(arguments.page).await?;
    introduce(&arguments, address, page_address, output);

    let journal = Arc::new(Journal::new());
    let (answered, to_show) = mpsc::channel(256);
    let (failed, mut failure) = mpsc::channel(1);
    let receiver = Arc::new(Receiver {
        gate: Gate::new(&secret),
        forward,
        recorder,
        answered,
        failed,
    });
    let explainer = Explainer::new(&secret);
    let (stop_explaining, stopping) = watch::channel(false);
    let shown = show_all(to_show, explainer, Arc::clone(&journal), output, stopping);
    let shown = tokio::spawn(shown);
    let page = Page::new(
        Arc::clone(&journal),
        Signer::new(&secret),
        address,
        page_address,
    )?;
    let page = tokio::spawn(page.serve(page_listener));

    let stop = async {
        tokio::select! {
            () = interrupted() => None,
            error = failure.recv() => error,
        }
    };
    let answer = move |request| Arc::clone(&receiver).answer(request);
    let failure = serve(listener, answer, stop).await;
    page.abort();
    let _ = stop_explaining.send(true);
    // What is answered is shown, but for an application that takes too long.
    let _ = timeout(SHUTDOWN_TIMEOUT, shown).await;

    let summary = journal.summary();
    output.show(&summary, || format!("\n{}", summary.text()));
    match failure {
        Some(error) => Err(error),
        None => Ok(Outcome::success_if(summary.rejected() == 0)),
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), CannotRun> {
    let cannot = |error| {
        CannotRun::new(format!(
            "cannot listen on {address}: {error}; give another address, or port 0 for any free one"
        ))
    };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

fn introduce(arguments: &Arguments, address: SocketAddr, page: SocketAddr, output: Output) {
    let addresses = Addresses {
        listening: format!("http://{address}/"),
        page: format!("http://{page}/"),
    };
    output.show(&addresses, || {
        let Addresses { listening, page } = &addresses;
        let mut lines = vec![
            format!("listening on {}", styled(BOLD, listening)),
            format!("page         {}", styled(BOLD, page)),
        ];
        if let Some(endpoint) = &arguments.forward_to {
            lines.push(format!("forwards to  {endpoint}"));
        }
        if let Some(folder) = &arguments.record {
            lines.push(format!("records into {}", folder.display()));
        }
        lines.push("Ctrl-C ends it.\n".to_owned());
        lines.join("\n")
    });
}
