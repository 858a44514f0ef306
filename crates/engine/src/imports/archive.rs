//! The files in a zip. An archive is hostile: it may name files anywhere, hold links, or unpack to more
//! than there is room for. Nothing of it is written to a disk.

use std::io::{Cursor, Read};

use document::FilePath;
use zip::{ZipArchive, read::ZipFile};

use super::{Bundle, Entry, MAX_IMPORT_BYTES};

/// All files together, unpacked.
const MAX_UNPACKED_BYTES: usize = 2 * MAX_IMPORT_BYTES;

/// Files and directories.
const MAX_ENTRIES: usize = 2_000;

/// The type bits of a Unix mode, and what says that it is a link.
const TYPE: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the zip cannot be read: {reason}; make it anew")]
    Broken { reason: String },
    #[error("the zip names {name:?}, which is outside of it; it is not unpacked")]
    Outside { name: String },
    #[error("{name:?} in the zip is encrypted; unpack it first")]
    Encrypted { name: String },
    #[error("the zip holds {entries} files, and {MAX_ENTRIES} are allowed; import a part of it")]
    TooMany { entries: usize },
    #[error("the zip holds more than {} MiB; import a part of it", MAX_UNPACKED_BYTES >> 20)]
    TooLarge,
}

pub(super) fn unpack(bytes: &[u8]) -> Result<Bundle, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|it| broken(&it))?;
    if archive.len() > MAX_ENTRIES {
        return Err(ArchiveError::TooMany { entries: archive.len() });
    }
    let mut bundle = Bundle::default();
    let mut room = MAX_UNPACKED_BYTES;
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(|it| broken(&it))?;
        let name = raw.name().map_err(|it| broken(&it))?.into_owned();
        if raw.encrypted() {
            return Err(ArchiveError::Encrypted { name });
        }
        if raw.is_dir() || is_clutter(&name) {
            continue;
        }
        // What it says of its kind counts before anything of it is read.
        if raw.unix_mode().is_some_and(|it| it & TYPE == LINK) {
            bundle.notes.push(format!("{name} was left out: it is a link"));
            continue;
        }
        drop(raw);
        let inside = !name.starts_with('/') && FilePath::parse(&name).is_ok();
        if !inside {
            return Err(ArchiveError::Outside { name });
        }
        let file = archive.by_index(index).map_err(|it| broken(&it))?;
        let bytes = read(file, room)?;
        room -= bytes.len();
        bundle.entries.push(Entry { name, bytes });
    }
    bundle.entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(bundle)
}

/// Reads no more than there is room for, whatever the archive says of its size.
fn read<R: Read>(file: ZipFile<'_, R>, room: usize) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let most = room.min(MAX_IMPORT_BYTES);
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = file.take(limit).read_to_end(&mut bytes);
    read.map_err(|it| ArchiveError::Broken { reason: it.to_string() })?;
    if bytes.len() > most { Err(ArchiveError::TooLarge) } else { Ok(bytes) }
}

/// What systems and tools put beside what somebody packed.
fn is_clutter(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name.split('/').any(|it| it.starts_with('.') && it != "." && it != ".." && it.len() > 1)
}

fn broken(error: &zip::result::ZipError) -> ArchiveError {
    ArchiveError::Broken { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_read_with_their_paths_and_clutter_is_not() {
        let bytes = zipped(&[("b/a.md", b"# A"), ("a.py", b"x"), (".DS_Store", b"z")]);
        let names: Vec<_> = unpack(&bytes).unwrap().entries.into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["a.py", "b/a.md"]);
    }

    #[test]
    fn names_that_lead_outside_are_refused() {
        for name in ["../a.md", "/etc/a.md", "a/../../b.md", "a\\..\\b.md", "/tmp/a.md"] {
            let refused = unpack(&zipped(&[(name, b"x")])).unwrap_err();
            assert!(matches!(refused, ArchiveError::Outside { .. }), "{name}: {refused}");
        }
    }

    #[test]
    fn links_are_left_out_with_a_word() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("a.md", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        let bundle = unpack(&writer.finish().unwrap().into_inner()).unwrap();
        assert_eq!((bundle.entries.len(), bundle.notes.len()), (0, 1));
    }

    #[test]
    fn a_bomb_is_given_up_before_it_has_burst() {
        let zeros = vec![0; MAX_IMPORT_BYTES + 1];
        let bytes = zipped(&[("a.md", &zeros)]);
        assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
        assert!(matches!(unpack(&bytes), Err(ArchiveError::TooLarge)));
    }

    #[test]
    fn what_is_cut_off_or_too_many_is_refused_in_words() {
        let bytes = zipped(&[("a.md", b"# A")]);
        assert!(matches!(unpack(&bytes[..bytes.len() - 10]), Err(ArchiveError::Broken { .. })));
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|it| format!("{it}.md")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|it| (it.as_str(), &b"x"[..])).collect();
        assert!(matches!(unpack(&zipped(&files)), Err(ArchiveError::TooMany { .. })));
    }
}
