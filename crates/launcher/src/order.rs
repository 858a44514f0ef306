//! What a half-finished sandbox is told when somebody wants it.
//!
//! Encoded by hand: the reader is the first process of a sandbox, which allocates nothing.

use std::{ffi::CStr, os::unix::ffi::OsStrExt, path::PathBuf};

use crate::{limits::Limits, packet::MAX_PACKET};

/// Whether the launcher sends an open tree for each toolchain, or only its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchains {
    Attached,
    ByPath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order<'a> {
    /// `RLIMIT_NPROC`.
    pub(crate) processes: u64,
    /// `RLIMIT_DATA`, or zero when a control group limits memory.
    pub(crate) data_bytes: u64,
    pub(crate) toolchains: Toolchains,
    /// Mount options of the workspace.
    pub(crate) workspace: &'a CStr,
    paths: &'a [u8],
}

const HEAD: usize = 8 + 8 + 1;

impl<'a> Order<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (processes, rest) = bytes.split_first_chunk()?;
        let (data_bytes, rest) = rest.split_first_chunk()?;
        let (how, rest) = rest.split_first()?;
        let workspace = CStr::from_bytes_until_nul(rest).ok()?;
        Some(Self {
            processes: u64::from_le_bytes(*processes),
            data_bytes: u64::from_le_bytes(*data_bytes),
            toolchains: if *how == 1 { Toolchains::Attached } else { Toolchains::ByPath },
            workspace,
            paths: &rest[workspace.count_bytes() + 1..],
        })
    }

    /// Absolute paths of the toolchains.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'a CStr> {
        let mut rest = self.paths;
        std::iter::from_fn(move || {
            let path = CStr::from_bytes_until_nul(rest).ok()?;
            rest = &rest[path.count_bytes() + 1..];
            Some(path)
        })
    }
}

/// Mount options of the workspace.
pub(crate) fn workspace(limits: &Limits) -> String {
    let Limits { workspace_bytes, workspace_inodes, .. } = limits;
    // The root directory is an inode too.
    format!("mode=1777,size={workspace_bytes},nr_inodes={}", workspace_inodes + 1)
}

/// `None` when the paths do not fit into a packet or hold a NUL.
pub(crate) fn encode(
    limits: &Limits,
    data_bytes: u64,
    how: Toolchains,
    paths: &[PathBuf],
) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(HEAD + 64);
    // The guest is a process too.
    bytes.extend((u64::from(limits.processes) + 1).to_le_bytes());
    bytes.extend(data_bytes.to_le_bytes());
    bytes.push(u8::from(how == Toolchains::Attached));
    bytes.extend(workspace(limits).as_bytes());
    bytes.push(0);
    for path in paths {
        let path = path.as_os_str().as_bytes();
        if path.contains(&0) {
            return None;
        }
        bytes.extend(path);
        bytes.push(0);
    }
    (bytes.len() <= MAX_PACKET).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_reads_as_it_was_written() {
        let limits = Limits { processes: 7, ..Limits::default() };
        let paths = [PathBuf::from("/opt/a"), PathBuf::from("/opt/b c")];
        let bytes = encode(&limits, 9, Toolchains::Attached, &paths).unwrap();
        let order = Order::decode(&bytes).unwrap();
        assert_eq!((order.processes, order.data_bytes), (8, 9));
        assert_eq!(order.toolchains, Toolchains::Attached);
        assert_eq!(order.workspace, c"mode=1777,size=268435456,nr_inodes=65537");
        assert_eq!(order.paths().collect::<Vec<_>>(), [c"/opt/a", c"/opt/b c"]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            if let Some(order) = Order::decode(&bytes) {
                order.paths().for_each(drop);
            }
        }
    }
}
