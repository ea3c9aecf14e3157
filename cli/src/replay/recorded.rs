//! The deliveries of the files, ready to be signed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, uri::PathAndQuery};
use tower_loops::SIGNATURE_HEADER;

use super::Arguments;
use crate::{
    delivery_headers::end_to_end,
    edit::{self, Assignment},
    exit::CannotRun,
    fresh,
    output::note,
    recording::Recording,
};

/// A recorded delivery without its signature.
pub(super) struct Recorded<'a> {
    file: PathBuf,
    method: Method,
    pub(super) uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    arguments: &'a Arguments,
}

impl<'a> Recorded<'a> {
    pub(super) fn read_all(arguments: &'a Arguments) -> Result<Vec<Self>, CannotRun> {
        let mut recorded = Vec::new();
        for path in &arguments.files {
            for file in files(path)? {
                recorded.push(Self::read(file, arguments)?);
            }
        }
        if recorded.is_empty() {
            return Err(CannotRun::new(
                "the folder has no recorded delivery (*.json)",
            ));
        }
        Ok(recorded)
    }

    fn read(file: PathBuf, arguments: &'a Arguments) -> Result<Self, CannotRun> {
        let recording = Recording::read(&file)?;
        let cannot = |error: String| {
            CannotRun::new(format!(
                "cannot replay the delivery {}: {error}",
                file.display()
            ))
        };
        if recording.outcome != "verified" {
            let (name, outcome) = (file.display(), &recording.outcome);
            note(&format!(
                "{name} was rejected when it was recorded ({outcome:?}); it is now signed and sent"
            ));
        }
        let path: PathAndQuery = (recording.path.parse())
            .map_err(|_| cannot(format!("{:?} is not a path", recording.path)))?;
        let method = Method::from_bytes(recording.method.as_bytes())
            .map_err(|_| cannot(format!("{:?} is not a method", recording.method)))?;
        let mut headers = end_to_end(&recording.headers().map_err(cannot)?);
        headers.remove(SIGNATURE_HEADER);
        let this = Self {
            method,
            uri: arguments.to.at(&path),
            headers,
            body: recording.body.bytes().map_err(cannot)?,
            file,
            arguments,
        };
        // Reports what cannot be edited before anything is sent.
        this.request().map(|_| this)
    }

    /// What is sent next: each time another id, where that is asked for.
    pub(super) fn request(&self) -> Result<(Method, HeaderMap, Bytes), CannotRun> {
        let mut assignments = Vec::new();
        if self.arguments.new_id {
            assignments.push(Assignment::member("id", &fresh::id()));
        }
        assignments.extend_from_slice(&self.arguments.set);
        let mut body = self.body.clone();
        if !assignments.is_empty() {
            let edited = edit::apply(&body, &assignments);
            let file = self.file.display();
            body = edited
                .map_err(|error| CannotRun::new(format!("cannot change {file}: {error}")))?
                .into();
        }
        Ok((self.method.clone(), self.headers.clone(), body))
    }
}

/// The file itself, or the recordings in the folder, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, CannotRun> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| {
        CannotRun::new(format!(
            "cannot read the folder {}: {error}",
            path.display()
        ))
    })?;
    let mut files: Vec<PathBuf> = (entries.iter().map(fs::DirEntry::path))
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    Ok(files)
}
