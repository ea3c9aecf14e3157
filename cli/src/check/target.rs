//! Connects the suite to a URL.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_loops_check::Target;

use crate::{endpoint::Endpoint, exit::CannotRun, tls};

pub(super) fn target(endpoint: &Endpoint) -> Result<Target, CannotRun> {
    let uri = endpoint.uri().clone();
    if !endpoint.is_https() {
        return Target::http(uri).map_err(CannotRun::new);
    }
    let (host, port) = endpoint.host_and_port();
    let name = ServerName::try_from(host.to_owned()).map_err(CannotRun::new)?;
    let address = (host.to_owned(), port);
    let connector = TlsConnector::from(Arc::new(tls::client_config()?));
    let target = Target::new(uri, move || {
        let (name, address, connector) = (name.clone(), address.clone(), connector.clone());
        async move {
            let stream = TcpStream::connect(address).await?;
            connector.connect(name, stream).await
        }
    });
    target.map_err(CannotRun::new)
}
