//! Memory, CPU and sockets of a process, as Linux shows them. Elsewhere every check passes.

use std::{fs, time::Duration};

/// Memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// What it holds now.
    pub(crate) resident: u64,
    /// The most that it ever held.
    pub(crate) peak: u64,
    /// What it may write to, touched or not, as a reserved buffer that stays empty.
    pub(crate) reserved: u64,
    /// The most address space that it ever had, reserved for writing or not.
    pub(crate) address_space_peak: u64,
}

impl Memory {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            resident: self.resident.saturating_sub(before.resident),
            peak: self.peak.saturating_sub(before.peak),
            reserved: self.reserved.saturating_sub(before.reserved),
            address_space_peak: self
                .address_space_peak
                .saturating_sub(before.address_space_peak),
        }
    }
}

/// A file of a process. It is empty where there is no `/proc`.
fn read(pid: u32, name: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

pub(crate) fn memory(pid: u32) -> Memory {
    let status = read(pid, "status");
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.map(|rest| rest.trim().strip_suffix(" kB").unwrap());
        kib.map_or(0, |kib| 1024 * kib.parse::<u64>().unwrap())
    };
    Memory {
        resident: bytes("VmRSS:"),
        peak: bytes("VmHWM:"),
        reserved: bytes("VmData:"),
        address_space_peak: bytes("VmPeak:"),
    }
}

/// CPU time of all its threads. The unit of the file is a hundredth of a second on every Linux that
/// Rust supports.
pub(crate) fn cpu(pid: u32) -> Option<Duration> {
    let stat = read(pid, "stat");
    // The second field is the name in parentheses, which may contain parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields = rest.split_ascii_whitespace().skip(11).take(2);
    let ticks: u64 = fields.map(|field| field.parse::<u64>().unwrap()).sum();
    Some(Duration::from_millis(10 * ticks))
}

/// Whether one of its threads is running, or would if there were a processor for it.
pub(crate) fn is_runnable(pid: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    threads.into_iter().flatten().flatten().any(|thread| {
        // A thread that has ended does not run.
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let rest = stat.rsplit_once(") ");
        rest.is_some_and(|(_, rest)| rest.starts_with('R'))
    })
}

pub(crate) fn sockets(pid: u32) -> Option<usize> {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let sockets = links.filter(|link| link.to_string_lossy().starts_with("socket:"));
    Some(sockets.count())
}

/// How many files this process may have open.
pub(crate) fn open_files_limit() -> Option<usize> {
    let limits = read(std::process::id(), "limits");
    let mut lines = limits.lines();
    let line = lines.find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}
