//! A temporary directory.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

/// A directory that is removed when it is dropped.
pub struct Directory(PathBuf);

impl Directory {
    pub fn create() -> Self {
        // A process that was killed has left its directories, and its id may come again.
        let name = |number| format!("tl-engine-{}-{number}", process::id());
        let mut paths = (0..1000).map(|number| env::temp_dir().join(name(number)));
        let path = paths.find(|path| fs::create_dir(path).is_ok());
        Self(path.expect("a temporary directory"))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
