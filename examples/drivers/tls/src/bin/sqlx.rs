//! A store on sqlx over TLS, with rustls: a feature of sqlx (`tls-rustls-ring`), and two options.
//!
//! `DATABASE_URL` is the server, `DATABASE_CA` a PEM file with the certificate authority that
//! signed the server's certificate.

use std::{env, time::Duration};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tower_loops::{BoxError, idempotency::IdempotencyLayer};
use tower_loops_sqlx::SqlxStore;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let server: PgConnectOptions = env::var("DATABASE_URL")?.parse()?;
    // The default, `prefer`, falls back to plain text; `require` checks no certificate.
    let server = server
        .ssl_mode(PgSslMode::VerifyFull)
        .ssl_root_cert(env::var("DATABASE_CA")?);
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_secs(2))
        .connect_with(server)
        .await?;

    let store = SqlxStore::new(pool);
    store.ensure_schema().await?;
    let _layer = IdempotencyLayer::new(store).with_namespace("billing");
    println!("connected over TLS");
    Ok(())
}
