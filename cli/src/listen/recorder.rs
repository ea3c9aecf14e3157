//! Writes each delivery into its own file, whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Received, gate::Checked, shown::Event};
use crate::{
    exit::CannotRun,
    recording::{Data, Recording},
};

pub(super) struct Recorder {
    folder: PathBuf,
    number: AtomicU32,
}

impl Recorder {
    /// Creates the folder, and fails if nothing can be written there.
    pub(super) fn new(folder: &Path) -> Result<Self, CannotRun> {
        let probe = folder.join(format!(".tower-loops-{}.tmp", std::process::id()));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&probe, b"{}"))
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|error| cannot_record(folder, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            number: AtomicU32::new(1),
        })
    }

    /// Returns the file. It is complete before the delivery is answered.
    pub(super) fn record(
        &self,
        received: &Received,
        checked: &Checked,
    ) -> Result<PathBuf, CannotRun> {
        let received_at = received.timestamp();
        let recording = Recording {
            received_at,
            outcome: match &checked.result {
                Ok(_) => "verified",
                Err(rejection) => rejection.kind().as_str(),
            }
            .to_owned(),
            method: received.method.to_string(),
            path: received.path.to_string(),
            headers: Recording::recorded(&received.headers),
            body: Data::new(&received.body),
        };
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let time = received_at.strftime("%Y%m%dT%H%M%S.%3fZ");
        let event = Event::of(checked, &received.body);
        let event = [event.event_type, event.id];
        let name: Vec<String> = [format!("{time}"), format!("{number:04}")]
            .into_iter()
            .chain(event.into_iter().flatten().map(|text| file_name(&text)))
            .collect();
        let path = self.folder.join(name.join("-") + ".json");
        self.write(&path, &recording)
            .map(|()| path)
            .map_err(|error| cannot_record(&self.folder, &error))
    }

    fn write(&self, path: &Path, recording: &Recording) -> io::Result<()> {
        let unfinished = path.with_extension("tmp");
        let mut json = serde_json::to_vec_pretty(recording)?;
        json.push(b'\n');
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(&json)?;
            file.sync_data()?;
            fs::rename(&unfinished, path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }
}

fn cannot_record(folder: &Path, error: &io::Error) -> CannotRun {
    CannotRun::new(format!(
        "cannot record into the folder {}: {error}; free space there, or give another folder to \
         --record",
        folder.display()
    ))
}

/// What is left of a text in the name of a file: it comes from the sender.
fn file_name(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    let plain = |character| if is_plain(character) { character } else { '_' };
    text.chars().take(60).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_hostile_id_leads_to_no_other_folder() {
        assert_eq!(file_name("../../etc/passwd\0"), ".._.._etc_passwd_");
        assert_eq!(file_name("évt"), "_vt");
        assert_eq!(file_name(&"x".repeat(99)).len(), 60);
    }
}
