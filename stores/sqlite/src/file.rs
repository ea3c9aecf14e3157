//! Whether the file of the connection is still the one at its path.

use std::{io, path::PathBuf};

use rusqlite::Connection;

/// A database file, and which one it was when it was opened.
pub(crate) struct OpenedFile {
    path: PathBuf,
    identity: Identity,
}

impl OpenedFile {
    /// `None` for a database in memory, and on systems that do not number their files.
    pub(crate) fn of(connection: &Connection) -> Option<Self> {
        let path = connection.path().filter(|path| !path.is_empty())?;
        let path = PathBuf::from(path);
        let identity = identity(&path).ok()??;
        Some(Self { path, identity })
    }

    /// Whether the path leads to no file or to another one: what is written to the opened one is
    /// lost.
    pub(crate) fn is_replaced(&self) -> bool {
        match identity(&self.path) {
            Ok(identity) => identity != Some(self.identity),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

/// Device and inode.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &std::path::Path) -> io::Result<Option<Identity>> {
    use std::os::unix::fs::MetadataExt;

    let metadata = std::fs::metadata(path)?;
    Ok(Some((metadata.dev(), metadata.ino())))
}

#[cfg(not(unix))]
fn identity(_: &std::path::Path) -> io::Result<Option<Identity>> {
    Ok(None)
}
