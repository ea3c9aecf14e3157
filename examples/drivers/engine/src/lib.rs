//! A separate server for each test: in a temporary directory, on a Unix socket or on loopback,
//! stopped when it is dropped.

mod directory;
mod mariadb;
mod nats;
mod postgres;
mod program;
mod redis;

pub use directory::Directory;
pub use mariadb::MariaDb;
pub use nats::Nats;
pub use postgres::Postgres;
pub use redis::Redis;
