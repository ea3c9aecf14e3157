//! The inbox and its settings.

use std::{fmt, sync::Arc, time::Duration};

use deadpool_postgres::Pool;
use tokio_postgres::{
    Config, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};
use tower_loops::inbox::Retention;
use tower_loops_sql::postgres::{Statements, TableName};

use crate::{
    batch::Batches,
    connection::Connections,
    inbox::{accepts::Accepts, listener, notifier::Notifier},
};

/// Stores events in the table `tower_loops_inbox` of a PostgreSQL database until they are handled.
/// Clones share the pool.
///
/// The table is found by the connections' `search_path`. [`ensure_schema`](Self::ensure_schema)
/// creates it. Any number of receivers and workers share it: takes skip what others have locked
/// (`FOR UPDATE SKIP LOCKED`).
///
/// Events that arrive while a statement stores others are stored together, by the next one. Each is
/// acknowledged after the commit of its own, and one that the server rejects fails alone. At most
/// 10,000 events wait; more are an error of kind
/// [`Full`](tower_loops::inbox::StoreErrorKind::Full).
#[derive(Clone)]
pub struct PostgresInbox {
    pub(super) connections: Connections,
    pub(super) notifier: Notifier,
    pub(super) accepts: Batches<Accepts>,
    pub(super) retention: Retention,
}

impl PostgresInbox {
    /// An inbox in the pool's database.
    ///
    /// Its workers wake at once for events that this process stores, and find those of other
    /// processes by polling, unless there is a [listener](Self::with_listener).
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        let connections = Connections {
            pool,
            statements: Arc::new(Statements::new(&TableName::inbox())),
            are_prepared: false,
        };
        let notifier = Notifier::new(connections.clone());
        Self {
            accepts: accepts(&connections, &notifier),
            notifier,
            connections,
            retention: Retention::For(Duration::from_secs(30 * 24 * 60 * 60)),
        }
    }

    /// Sets whether statements are prepared by name, once for each connection. Default: `false`.
    /// They do not work behind a pooler in transaction mode, such as `PgBouncer`.
    #[must_use]
    pub fn with_prepared_statements(mut self, prepared: bool) -> Self {
        self.connections.are_prepared = prepared;
        self.accepts = accepts(&self.connections, &self.notifier);
        self
    }

    /// Sets how long the key of a handled event is known after its payload is
    /// [purged](Self::purge_handled), counted from when it was handled. Default: 30 days. It should
    /// be longer than Loops retries and than people resend events by hand.
    #[must_use]
    pub fn with_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.retention = retention.into();
        self
    }

    /// Wakes the workers of this inbox at once for events that other processes store: a task holds
    /// its own connection that listens (`LISTEN`). It connects again when the connection is
    /// lost. Until then workers poll. It ends with the last clone of the inbox.
    ///
    /// The connection must reach the server itself, not a pooler in transaction mode.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[must_use]
    pub fn with_listener<T>(self, config: Config, tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        tokio::spawn(listener::listen(self.notifier.arrivals(), config, tls));
        self
    }
}

fn accepts(connections: &Connections, notifier: &Notifier) -> Batches<Accepts> {
    let accepts = Accepts {
        connections: connections.clone(),
        notifier: notifier.clone(),
    };
    Batches::new(accepts, true)
}

impl fmt::Debug for PostgresInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresInbox")
            .field("prepared_statements", &self.connections.are_prepared)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}
