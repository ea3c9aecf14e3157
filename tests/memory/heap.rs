//! Reads the heap of this process.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

const CHUNK: usize = 64 * 1024;

/// Counts the bytes in the heap, without copying what it reads there.
pub(crate) fn count_in_heap(needle: &[u8]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut count = 0;
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let range = fields.next().unwrap();
        let is_writable = fields.next().unwrap().starts_with("rw");
        // The heap proper, and large allocations, which have maps without a name.
        let is_heap = matches!(fields.nth(3), None | Some("[heap]"));
        if is_writable && is_heap {
            let (start, end) = range.split_once('-').unwrap();
            let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
            count += count_in(&memory, start, end, needle);
        }
    }
    count
}

fn count_in(memory: &File, start: u64, end: u64, needle: &[u8]) -> usize {
    let mut chunk = [0; CHUNK];
    // Chunks overlap by less than the needle: nothing is missed in between, or counted twice.
    let starts = (start..end).step_by(CHUNK - (needle.len() - 1));
    let counts = starts.map(|at| {
        let wanted = CHUNK.min((end - at) as usize);
        // A page that was released to the system cannot be read.
        let read = memory.read_at(&mut chunk[..wanted], at).unwrap_or(0);
        let windows = chunk[..read].windows(needle.len());
        windows.filter(|window| *window == needle).count()
    });
    counts.sum()
}
