//! What one sandbox may use of the machine.

use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// Bounds of a whole sandbox: all of its programs together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Thousandths of one CPU.
    pub cpu_millis: u32,
    /// Resident memory and files in memory, in bytes; swap is never added to it.
    pub memory_bytes: u64,
    /// Processes and threads, the guest not counted.
    pub processes: u32,
    /// Bytes that fit into the workspace.
    pub workspace_bytes: u64,
    /// Files and directories that fit into the workspace.
    pub workspace_inodes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_millis: 1000,
            memory_bytes: 512 * MIB,
            processes: 100,
            workspace_bytes: 256 * MIB,
            workspace_inodes: 65_536,
        }
    }
}
