//! Sends a shown delivery once more, to the address where it was received.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use http::StatusCode;
use tower_loops::{SIGNATURE_HEADER, Signer};

use crate::{
    client::{Client, NoAnswer},
    delivery_headers::end_to_end,
    endpoint::Endpoint,
    exit::CannotRun,
    listen::{Outcome, Received, Shown},
};

/// Longer than an application may take by default.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(super) struct Replay {
    client: Client,
    signer: Signer,
    endpoint: Endpoint,
}

impl Replay {
    pub(super) fn new(signer: Signer, receiver: SocketAddr) -> Result<Self, CannotRun> {
        let ip = match receiver.ip() {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, receiver.port());
        let endpoint: Endpoint = format!("http://{address}")
            .parse()
            .map_err(CannotRun::new)?;
        Ok(Self {
            client: Client::new(TIMEOUT, endpoint.uri())?,
            signer,
            endpoint,
        })
    }

    /// A verified delivery gets a fresh time and signature. A rejected one goes out as it came:
    /// signing it would make a forgery genuine.
    pub(super) async fn send(
        &self,
        shown: &Shown,
        received: Received,
    ) -> Result<StatusCode, NoAnswer> {
        let mut headers = end_to_end(&received.headers);
        if shown.outcome == Outcome::Verified {
            let signature = self.signer.sign(&received.body, SystemTime::now());
            headers.insert(SIGNATURE_HEADER, signature);
        }
        let uri = self.endpoint.at(&received.path);
        let answer = (self.client).send(received.method, uri, headers, received.body);
        Ok(answer.await?.status)
    }
}
