//! Only endpoints on this machine are attacked by default.

use std::net::SocketAddr;

use tokio::net::lookup_host;

use crate::{endpoint::Endpoint, exit::CannotRun};

pub(super) async fn require(endpoint: &Endpoint) -> Result<(), CannotRun> {
    let (host, port) = endpoint.host_and_port();
    let addresses: Vec<SocketAddr> = lookup_host((host, port))
        .await
        .map_err(|error| CannotRun::new(format!("cannot find the host {host:?}: {error}")))?
        .collect();
    if addresses.iter().all(|address| address.ip().is_loopback()) {
        return Ok(());
    }
    Err(CannotRun::new(format!(
        "{endpoint} is on another machine: if it is yours and may be attacked, add --allow-remote"
    )))
}
