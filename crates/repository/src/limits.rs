//! What git may use up.

use std::time::Duration;

const MIB: u64 = 1 << 20;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one mirror.
    pub repository_bytes: u64,
    /// Bytes of what is taken from a sandbox at once, compressed.
    pub snapshot_bytes: u64,
    /// Until it is taken: its sandbox may be slow.
    pub snapshot_time: Duration,
    /// Objects in it, and files that it changes.
    pub snapshot_objects: u32,
    /// Bytes of all seeds that are kept.
    pub seed_cache_bytes: u64,
    /// Generations of history in a checkout, with its own commit.
    pub depth: u32,
    /// Memory of each process of git.
    pub memory_bytes: u64,
    /// For what waits for a forge.
    pub network_time: Duration,
    /// For what happens on this machine.
    pub local_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            repository_bytes: 4096 * MIB,
            snapshot_bytes: 256 * MIB,
            snapshot_time: Duration::from_secs(5 * 60),
            snapshot_objects: 200_000,
            seed_cache_bytes: 8192 * MIB,
            depth: 50,
            memory_bytes: 2048 * MIB,
            network_time: Duration::from_secs(15 * 60),
            local_time: Duration::from_secs(5 * 60),
        }
    }
}
