//! A store on deadpool-postgres over TLS, with rustls.
//!
//! `DATABASE_URL` is the server, `DATABASE_CA` a PEM file with the certificate authority that
//! signed the server's certificate.

use std::{env, time::Duration};

use deadpool_postgres::{
    Manager, Pool, Runtime,
    tokio_postgres::{Config, config::SslMode},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tower_loops::{BoxError, idempotency::IdempotencyLayer};
use tower_loops_postgres::PostgresStore;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(env::var("DATABASE_CA")?)? {
        roots.add(certificate?)?;
    }
    let tls = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();

    let mut server: Config = env::var("DATABASE_URL")?.parse()?;
    // The default, `prefer`, falls back to plain text. rustls always checks certificate and name.
    server.ssl_mode(SslMode::Require);
    let pool = Pool::builder(Manager::new(server, MakeRustlsConnect::new(tls)))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(2)))
        .create_timeout(Some(Duration::from_secs(2)))
        .build()?;

    let store = PostgresStore::new(pool);
    store.ensure_schema().await?;
    let _layer = IdempotencyLayer::new(store).with_namespace("billing");
    println!("connected over TLS");
    Ok(())
}
