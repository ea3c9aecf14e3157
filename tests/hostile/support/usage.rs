//! Memory, CPU and sockets of a process, as Linux shows them. Elsewhere every check passes.

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

#[cfg(target_os = "linux")]
mod proc {
    use std::{fs, time::Duration};

    use super::Memory;

    pub(crate) fn memory(pid: u32) -> Memory {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let read = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
            1024 * kib.unwrap().parse::<u64>().unwrap()
        };
        Memory {
            resident: read("VmRSS:"),
            peak: read("VmHWM:"),
            reserved: read("VmData:"),
            address_space_peak: read("VmPeak:"),
        }
    }

    /// CPU time of all its threads. The unit of the file is a hundredth of a second on every Linux
    /// that Rust supports.
    pub(crate) fn cpu(pid: u32) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // The second field is the name in parentheses, which may contain parentheses.
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let fields = rest.split_ascii_whitespace().skip(11).take(2);
        let ticks: u64 = fields.map(|field| field.parse::<u64>().unwrap()).sum();
        Some(Duration::from_millis(10 * ticks))
    }

    /// Whether one of its threads is running, or would if there were a processor for it.
    pub(crate) fn is_runnable(pid: u32) -> bool {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        threads.flatten().any(|thread| {
            // A thread that has ended does not run.
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            let rest = stat.rsplit_once(") ");
            rest.is_some_and(|(_, rest)| rest.starts_with('R'))
        })
    }

    pub(crate) fn sockets(pid: u32) -> Option<usize> {
        let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
        let links = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        Some(
            links
                .filter(|link| link.to_string_lossy().starts_with("socket:"))
                .count(),
        )
    }

    /// How many files this process may have open.
    pub(crate) fn open_files_limit() -> Option<usize> {
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max open files"));
        line?.split_ascii_whitespace().next()?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod proc {
    use std::time::Duration;

    use super::Memory;

    pub(crate) fn memory(_: u32) -> Memory {
        Memory::default()
    }

    pub(crate) fn cpu(_: u32) -> Option<Duration> {
        None
    }

    pub(crate) fn is_runnable(_: u32) -> bool {
        false
    }

    pub(crate) fn sockets(_: u32) -> Option<usize> {
        None
    }

    pub(crate) fn open_files_limit() -> Option<usize> {
        None
    }
}

pub(crate) use proc::{cpu, is_runnable, memory, open_files_limit, sockets};
