//! The arguments of `listen`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::{endpoint::Endpoint, secret::SecretArguments, send::duration};

const EXAMPLES: &str = "\
Examples:
  tower-loops listen
  tower-loops listen 127.0.0.1:4000 --forward-to http://127.0.0.1:3000
  tower-loops listen --forward-to http://127.0.0.1:3000 --resign-env LOCAL
  tower-loops listen --record deliveries --json >> deliveries.jsonl

Point a tunnel at the first address to receive from Loops. The page is for this machine only.";

/// Receive deliveries: verify, show, forward and record them
///
/// Each delivery is shown in the terminal and on a web page, with the reason if it is rejected.
/// Without --forward-to, deliveries are answered as the layer of tower-loops answers them. Ctrl-C
/// ends it: with exit code 1 if a delivery was rejected.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where to receive; port 0 is any free one
    #[arg(default_value = "127.0.0.1:4000")]
    pub(super) address: SocketAddr,
    /// Where to serve the page: an address of this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub(super) page: SocketAddr,
    /// Forward each delivery here, the same bytes, and return the answer
    ///
    /// A URL with a path replaces the path of the delivery.
    #[arg(long, value_name = "URL")]
    pub(super) forward_to: Option<Endpoint>,
    /// Sign forwarded deliveries again with the secret in this variable
    ///
    /// Only genuine deliveries are then forwarded: a forgery would become genuine.
    #[arg(long, value_name = "NAME", requires = "forward_to")]
    pub(super) resign_env: Option<String>,
    /// Write each delivery into this folder, as a JSON file that `replay` reads
    #[arg(long, value_name = "FOLDER")]
    pub(super) record: Option<PathBuf>,
    /// How long the application may take to answer
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub(super) timeout: Duration,
    #[command(flatten)]
    pub(super) secret: SecretArguments,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        (text.parse()).map_err(|_| "expected an address such as 127.0.0.1:4001".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the page shows payloads: it is served on a loopback address only".to_owned())
    }
}
