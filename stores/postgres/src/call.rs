//! A statement and its parameters.

use tokio_postgres::types::{ToSql, Type};
use tower_loops::idempotency::{EventKey, Retention, Token};
use tower_loops_sql::{postgres::Statements, seconds};

pub(crate) type Sql = fn(&Statements) -> &str;

pub(crate) struct Call {
    pub(crate) sql: Sql,
    /// Statements that run first, with the same parameters. If one returns a row, `sql` is skipped.
    pub(crate) before: &'static [Sql],
    parameters: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
}

impl Call {
    pub(crate) fn new(sql: Sql) -> Self {
        Self {
            sql,
            before: &[],
            parameters: Vec::with_capacity(4),
        }
    }

    /// Executes these first, and `sql` only if none of them returns a row. If statements are
    /// prepared, `sql` is executed alone: it is planned already.
    pub(crate) fn unless(mut self, before: &'static [Sql]) -> Self {
        self.before = before;
        self
    }

    /// A statement about a key.
    pub(crate) fn about(sql: Sql, key: &EventKey) -> Self {
        Self::new(sql)
            .with(key.namespace().to_owned(), Type::TEXT)
            .with(key.id().to_owned(), Type::TEXT)
    }

    /// A statement about a key, by its holder.
    pub(crate) fn of(sql: Sql, key: &EventKey, token: Token) -> Self {
        Self::about(sql, key).with(token.as_bytes().to_vec(), Type::BYTEA)
    }

    /// A statement about many keys, by their holders.
    pub(crate) fn of_many<'a>(
        sql: Sql,
        holders: impl Iterator<Item = (&'a EventKey, Token)>,
    ) -> Self {
        let (mut namespaces, mut ids, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
        for (key, token) in holders {
            namespaces.push(key.namespace().to_owned());
            ids.push(key.id().to_owned());
            tokens.push(token.as_bytes().to_vec());
        }
        Self::new(sql)
            .with(namespaces, Type::TEXT_ARRAY)
            .with(ids, Type::TEXT_ARRAY)
            .with(tokens, Type::BYTEA_ARRAY)
    }

    pub(crate) fn with_time(self, time: impl Into<Retention>) -> Self {
        self.with(in_seconds(time.into()), Type::FLOAT8)
    }

    pub(crate) fn with(
        mut self,
        parameter: impl ToSql + Send + Sync + 'static,
        sql_type: Type,
    ) -> Self {
        self.parameters.push((Box::new(parameter), sql_type));
        self
    }

    pub(crate) fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        let parameters = self.parameters.iter();
        parameters
            .map(|(parameter, sql_type)| (&**parameter as _, sql_type.clone()))
            .collect()
    }
}

/// `None` is forever.
pub(crate) fn in_seconds(time: Retention) -> Option<f64> {
    match time {
        Retention::For(time) => seconds(time),
        Retention::Forever => None,
    }
}
