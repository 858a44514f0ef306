//! A tar archive of one executable file, which is how the daemon takes files.

/// The size of a header, and what content is padded to; POSIX.1-1988 `ustar`.
const BLOCK: usize = 512;

/// An archive with one file that everybody may execute and only root could change.
pub(super) fn of_program(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000555\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    // The checksum counts itself as spaces.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let checksum: u32 = header.iter().map(|it| u32::from(*it)).sum();
    header[148..156].copy_from_slice(format!("{checksum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(content);
    // Two empty blocks end an archive.
    archive.resize(archive.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    archive
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::{fs, io::Write, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn tar_unpacks_it() {
        let dir = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the archive is for another program")]
        let tar = Command::new("tar")
            .args(["-x", "-f", "-", "-C"])
            .arg(dir.path())
            .stdin(Stdio::piped())
            .spawn();
        let Ok(mut tar) = tar else {
            eprintln!("skipped: tar is not installed");
            return;
        };
        tar.stdin.take().unwrap().write_all(&of_program("guest", b"content")).unwrap();
        assert!(tar.wait().unwrap().success());
        let path = dir.path().join("guest");
        assert_eq!(fs::read(&path).unwrap(), b"content");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o555);
    }
}
