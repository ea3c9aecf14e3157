//! Certificates for https: those of the system.

use hyper_rustls::ConfigBuilderExt;
use rustls::ClientConfig;

use crate::exit::CannotRun;

pub(crate) fn client_config() -> Result<ClientConfig, CannotRun> {
    let config = ClientConfig::builder().with_native_roots().map_err(|error| {
        CannotRun::new(format!(
            "cannot read the certificates of this system, which https needs: {error}; install the \
             package ca-certificates, or set SSL_CERT_FILE"
        ))
    })?;
    Ok(config.with_no_client_auth())
}
