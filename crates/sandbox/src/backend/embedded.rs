//! The programs this crate carries. The two that guard a sandbox become files that nobody can change.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::OwnedFd,
};

use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create},
    io::Errno,
};

pub(crate) const LAUNCHER: &[u8] = include_bytes!(concat!(env!("EMBEDDED_PROGRAMS"), "/launcher"));
/// Runs inside a sandbox as one of its programs, and guards nothing.
pub(crate) const JUPYTER: &[u8] = include_bytes!(concat!(env!("EMBEDDED_PROGRAMS"), "/jupyter"));
pub(crate) const GUEST: &[u8] = include_bytes!(concat!(env!("EMBEDDED_PROGRAMS"), "/guest"));

/// An executable file in memory. Without a path and with every seal, no sandbox can overwrite the
/// program that guards it, which is how CVE-2019-5736 escaped.
pub(crate) fn sealed(name: &str, program: &[u8]) -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let file = match memfd_create(name, flags | MemfdFlags::EXEC) {
        // Before Linux 6.3 every memfd was executable and the flag unknown.
        Err(Errno::INVAL) => memfd_create(name, flags)?,
        other => other?,
    };
    let mut file = File::from(file);
    file.write_all(program)?;
    let seals = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    fcntl_add_seals(&file, seals)?;
    Ok(file.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each sandbox shares the pages, but each server carries them: 1.5 MB is what was planned.
    const LARGEST: usize = 1_500_000;
    /// An async runtime and `ZeroMQ` are in it. It is copied into sandboxes that ask for a Jupyter kernel.
    const LARGEST_WITH_RUNTIME: usize = 3_000_000;

    #[test]
    fn the_embedded_programs_are_small() {
        assert!(LAUNCHER.len() <= LARGEST, "launcher has {} bytes", LAUNCHER.len());
        assert!(GUEST.len() <= LARGEST, "guest has {} bytes", GUEST.len());
        assert!(JUPYTER.len() <= LARGEST_WITH_RUNTIME, "jupyter has {} bytes", JUPYTER.len());
    }

    #[test]
    fn a_sealed_program_cannot_be_overwritten() {
        let mut file = File::from(sealed("test", b"abc").unwrap());
        assert!(file.write_all(b"d").is_err());
    }
}
