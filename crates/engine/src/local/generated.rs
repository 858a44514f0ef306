//! Files that scripts and templates make: moved to where they are kept, the last writer's content counting.

use std::{fs, io, path::Path};

/// Moves all files of a tree that is ours into another one; gives their paths, relative to it, in their order.
/// What is a link in the other tree is replaced and not followed.
pub(super) fn merge(from: &Path, to: &Path) -> io::Result<Vec<String>> {
    let mut moved = Vec::new();
    make_directory(to)?;
    merge_into(from, to, "", &mut moved)?;
    moved.sort();
    Ok(moved)
}

fn merge_into(from: &Path, to: &Path, prefix: &str, moved: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            make_directory(&target)?;
            merge_into(&source, &target, &format!("{name}/"), moved)?;
        } else {
            if fs::symlink_metadata(&target).is_ok_and(|it| it.is_dir()) {
                fs::remove_dir_all(&target)?;
            }
            fs::rename(&source, &target)?;
            moved.push(name);
        }
    }
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            fs::remove_file(path)?;
            fs::create_dir(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_take_the_place_of_what_was_there_and_links_are_not_followed() {
        let all = tempfile::tempdir().unwrap();
        let at = |name: &str| all.path().join(name);
        for directory in ["from/a/b", "to/c", "outside"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        fs::write(at("from/a/b/x"), "new").unwrap();
        fs::write(at("from/c"), "file").unwrap();
        fs::write(at("to/c/old"), "old").unwrap();
        fs::write(at("to/kept"), "kept").unwrap();
        fs::write(at("outside/x"), "safe").unwrap();
        symlink(at("outside"), at("to/a")).unwrap();
        assert_eq!(merge(&at("from"), &at("to")).unwrap(), ["a/b/x", "c"]);
        let read = |name: &str| fs::read_to_string(at(name)).unwrap();
        assert_eq!(
            (read("to/a/b/x"), read("to/c"), read("to/kept")),
            ("new".into(), "file".into(), "kept".into())
        );
        assert_eq!(read("outside/x"), "safe");
        assert!(!at("outside/b").exists());
    }
}
