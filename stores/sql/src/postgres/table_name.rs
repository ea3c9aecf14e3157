//! The name of the table.

use std::{error::Error, fmt};

/// PostgreSQL cuts names after 63 bytes; the name of the index is the table's with six more.
const MAX_LEN: usize = 57;

/// A table's name, and its schema's where one was given: plain identifiers, so that they can be
/// quoted as they are.
#[derive(Clone, Debug)]
pub struct TableName {
    schema: Option<String>,
    table: String,
}

impl TableName {
    /// Parses `table` or `schema.table`, as it is written, capitals included.
    ///
    /// # Errors
    ///
    /// When a part is empty, longer than 57 bytes, begins with a digit, or contains anything but
    /// ASCII letters, digits and underscores.
    pub fn parse(name: &str) -> Result<Self, TableNameError> {
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        if !schema.is_none_or(is_identifier) || !is_identifier(table) {
            return Err(TableNameError(name.to_owned()));
        }
        Ok(Self {
            schema: schema.map(str::to_owned),
            table: table.to_owned(),
        })
    }

    /// The table of an inbox.
    #[must_use]
    pub fn inbox() -> Self {
        Self {
            schema: None,
            table: "tower_loops_inbox".to_owned(),
        }
    }

    /// The table, quoted.
    pub(crate) fn quoted(&self) -> String {
        self.in_schema(&self.table)
    }

    /// The index on the ends of the entries, quoted, as `CREATE INDEX` wants it: without its
    /// schema.
    pub(crate) fn index(&self) -> String {
        format!("\"{}_until\"", self.table)
    }

    /// The index, quoted, with its schema.
    pub(crate) fn qualified_index(&self) -> String {
        self.in_schema(&format!("{}_until", self.table))
    }

    fn in_schema(&self, name: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        }
    }
}

impl Default for TableName {
    fn default() -> Self {
        Self {
            schema: None,
            table: "tower_loops_events".to_owned(),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.len() <= MAX_LEN
        && name.bytes().all(is_word)
        && name
            .bytes()
            .next()
            .is_some_and(|first| !first.is_ascii_digit())
}

/// A name that is not accepted for a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNameError(String);

impl fmt::Display for TableNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a name for the event store's table: it takes `table` or `schema.table`, each of 1 to {MAX_LEN} ASCII \
             letters, digits and underscores, no digit first",
            self.0
        )
    }
}

impl Error for TableNameError {}
