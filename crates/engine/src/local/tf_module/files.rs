//! The files of a module: `*.tf`, `*.tf.json` and the heading of its README, and nothing that a link leads to elsewhere.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use super::NoModule;

/// Most files of a module.
pub(super) const MOST_FILES: usize = 256;

/// Most bytes of them together.
pub(super) const MOST_BYTES: usize = 2 << 20;

/// Most entries of a directory that are looked at.
const MOST_ENTRIES: usize = 10_000;

/// Where a README has its heading.
const README_BYTES: u64 = 64 << 10;

pub(super) struct Found {
    /// By name, in their order.
    pub(super) texts: Vec<(String, String)>,
    pub(super) readme_title: String,
}

pub(super) fn read(source: &str, directory: &Path) -> Result<Found, NoModule> {
    let at = || source.to_owned();
    let unread =
        |error: std::io::Error| NoModule::Unreadable { at: at(), reason: error.to_string() };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(unread)?.take(MOST_ENTRIES) {
        names.extend(entry.map_err(unread)?.file_name().into_string());
    }
    names.sort_unstable();
    let readme = names.iter().find(|it| it.eq_ignore_ascii_case("readme.md"));
    let readme = readme.and_then(|it| inside(directory, it));
    let readme_title = readme.map(|it| title(&it)).unwrap_or_default();
    names.retain(|it| it.ends_with(".tf") || it.ends_with(".tf.json"));
    let mut found = Found { texts: Vec::new(), readme_title };
    let mut left = MOST_BYTES as u64;
    for name in names {
        let Some(path) = inside(directory, &name) else { continue };
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(unread)?;
        file.take(left + 1).read_to_end(&mut bytes).map_err(unread)?;
        let size = bytes.len() as u64;
        if size > left || found.texts.len() == MOST_FILES {
            return Err(NoModule::TooMuch { at: at() });
        }
        left -= size;
        found.texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    if found.texts.is_empty() { Err(NoModule::Nothing { at: at() }) } else { Ok(found) }
}

/// A file of the directory; nothing that is no file or lies elsewhere.
fn inside(directory: &Path, name: &str) -> Option<PathBuf> {
    let found = fs::canonicalize(directory.join(name)).ok()?;
    (found.starts_with(directory) && found.is_file()).then_some(found)
}

fn title(readme: &Path) -> String {
    let mut bytes = Vec::new();
    let read = fs::File::open(readme).map(|it| it.take(README_BYTES).read_to_end(&mut bytes));
    if read.is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let heading = text.lines().find_map(|it| it.trim().strip_prefix("# "));
    heading.unwrap_or_default().trim().to_owned()
}
