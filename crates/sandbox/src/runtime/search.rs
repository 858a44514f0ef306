//! Finding the real program behind a name.
//!
//! Version managers put shims into `PATH`: scripts that look up their real program in a home
//! directory, which no sandbox shows. Directories of shims are skipped, and rustup's are followed.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use launcher::may_be_shown;

use super::{SYSTEM_PATH, image::Found};

/// Looked at before `PATH`: whatever is here works without showing another directory.
const USUAL: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/go/bin"];

/// Where programs are.
#[derive(Clone, Debug)]
pub(super) enum Search {
    /// In these directories of this host.
    Here(Vec<PathBuf>),
    /// In a system that was asked already.
    Elsewhere(Found),
}

/// A program as a sandbox can start it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) toolchains: Vec<PathBuf>,
}

impl Search {
    pub(super) fn new(path_variable: &str) -> Self {
        let usual = USUAL.iter().map(PathBuf::from);
        let named = path_variable.split(':').filter(|it| it.starts_with('/')).map(PathBuf::from);
        Self::Here(usual.chain(named.filter(|it| !has_shims(it))).collect())
    }

    pub(super) fn system_path(&self) -> Arc<str> {
        match self {
            Self::Here(_) => SYSTEM_PATH.into(),
            Self::Elsewhere(found) => Arc::clone(&found.path),
        }
    }

    pub(super) fn system_env(&self) -> Arc<[(String, String)]> {
        match self {
            Self::Here(_) => Arc::default(),
            Self::Elsewhere(found) => Arc::clone(&found.env),
        }
    }

    /// In words for people.
    pub(super) fn place(&self) -> &'static str {
        match self {
            Self::Here(_) => "on this machine",
            Self::Elsewhere(_) => "in the image",
        }
    }

    pub(super) fn program(&self, name: &str) -> Option<Program> {
        match self {
            Self::Here(dirs) => dirs.iter().map(|it| it.join(name)).find_map(|it| program(&it)),
            Self::Elsewhere(found) => found
                .programs
                .contains_key(name)
                .then(|| Program { path: PathBuf::from(name), toolchains: Vec::new() }),
        }
    }

    /// The compiler itself: what is called `rustc` in a home directory is usually rustup.
    pub(super) fn rustc(&self) -> Option<Program> {
        let Self::Here(dirs) = self else { return self.program("rustc") };
        let candidates = dirs.iter().map(|it| it.join("rustc")).filter(|it| is_program(it));
        candidates.into_iter().find_map(|it| match rustup_home(&it) {
            Some(home) => program(&default_toolchain(&home)?.join("bin/rustc")),
            None => program(&it),
        })
    }
}

/// Where a shell with this `PATH` finds a program, shims included.
#[must_use]
pub fn on_path(path_variable: &str, name: &str) -> Option<PathBuf> {
    let named = path_variable.split(':').filter(|it| it.starts_with('/'));
    named.map(|it| Path::new(it).join(name)).find(|it| is_program(it))
}

fn has_shims(dir: &Path) -> bool {
    dir.components().any(|it| it.as_os_str() == "shims")
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// `None` also for a program in a place that must not be shown.
fn program(path: &Path) -> Option<Program> {
    if !is_program(path) {
        return None;
    }
    let real = path.canonicalize().ok()?;
    let in_system = |it: &Path| it.starts_with("/usr") || it.starts_with("/bin");
    if in_system(&real) && in_system(path) {
        return Some(Program { path: path.to_owned(), toolchains: Vec::new() });
    }
    let mut toolchains = Vec::new();
    for place in [path, &real].into_iter().filter(|it| !in_system(it)) {
        let toolchain = toolchain(place)?;
        if !toolchains.iter().any(|it| toolchain.starts_with(it)) {
            toolchains.push(toolchain);
        }
    }
    // The name with which it was found may be a link that only this host has.
    let path = if in_system(path) { real } else { path.to_owned() };
    Some(Program { path, toolchains })
}

/// The directory that holds a program and what belongs to it: `X` for `X/bin/program`.
fn toolchain(program: &Path) -> Option<PathBuf> {
    let dir = program.parent()?;
    let prefix = dir.parent().filter(|_| dir.ends_with("bin"));
    let choices = prefix.into_iter().chain([dir]);
    choices.into_iter().find(|it| may_be_shown(it)).map(Path::to_owned)
}

/// Where rustup keeps its toolchains, if this `rustc` is rustup under another name.
fn rustup_home(rustc: &Path) -> Option<PathBuf> {
    let dir = rustc.parent()?;
    let rustup = fs::metadata(dir.join("rustup")).ok()?;
    let same = fs::metadata(rustc).ok()?.ino() == rustup.ino();
    // `~/.cargo/bin` and `~/.rustup`, where its installer puts them.
    let home = dir.parent()?.parent()?.join(".rustup");
    (same || rustc.canonicalize().ok()?.ends_with("rustup")).then_some(home)
}

fn default_toolchain(rustup_home: &Path) -> Option<PathBuf> {
    let toolchains = rustup_home.join("toolchains");
    let settings = fs::read_to_string(rustup_home.join("settings.toml")).unwrap_or_default();
    let named = settings.lines().find_map(|line| {
        let value = line.strip_prefix("default_toolchain")?.trim_start().strip_prefix('=')?;
        Some(toolchains.join(value.trim().trim_matches('"')))
    });
    let complete = |it: &PathBuf| is_program(&it.join("bin/rustc"));
    named.filter(complete).or_else(|| {
        let mut all: Vec<_> =
            fs::read_dir(&toolchains).ok()?.flatten().map(|it| it.path()).collect();
        all.sort();
        all.into_iter().find(complete)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Below `/var/tmp`, `/tmp` and the like nothing may be shown, so only the search is tested there.
    #[test]
    fn shims_are_not_looked_at() {
        let search = Search::new("/home/ada/.pyenv/shims:/opt/tools/bin:relative");
        let Search::Here(dirs) = search else { panic!("this host is searched") };
        assert!(dirs.contains(&PathBuf::from("/opt/tools/bin")));
        assert_eq!(dirs.len(), USUAL.len() + 1);
    }

    #[test]
    fn a_program_brings_the_directory_it_was_installed_to() {
        let of = |it: &str| toolchain(Path::new(it));
        assert_eq!(of("/opt/go/bin/go"), Some(PathBuf::from("/opt/go")));
        assert_eq!(of("/home/ada/.bun/bin/bun"), Some(PathBuf::from("/home/ada/.bun")));
        assert_eq!(of("/home/ada/bin/go"), Some(PathBuf::from("/home/ada/bin")));
        assert_eq!(of("/root/go"), None);
    }

    #[test]
    fn rustup_is_followed_to_its_default_toolchain() {
        let home = tempfile::tempdir().unwrap();
        let at = |it: &str| home.path().join(it);
        put(&at(".cargo/bin/rustup"), 0o755);
        fs::hard_link(at(".cargo/bin/rustup"), at(".cargo/bin/rustc")).unwrap();
        assert_eq!(rustup_home(&at(".cargo/bin/rustc")), Some(at(".rustup")));
        put(&at(".rustup/toolchains/a/bin/rustc"), 0o755);
        put(&at(".rustup/toolchains/b/bin/rustc"), 0o755);
        assert_eq!(default_toolchain(&at(".rustup")), Some(at(".rustup/toolchains/a")));
        fs::write(at(".rustup/settings.toml"), "version = \"12\"\ndefault_toolchain = \"b\"\n")
            .unwrap();
        assert_eq!(default_toolchain(&at(".rustup")), Some(at(".rustup/toolchains/b")));
    }

    #[test]
    fn a_file_that_cannot_be_executed_is_no_program() {
        let dir = tempfile::tempdir().unwrap();
        put(&dir.path().join("node"), 0o644);
        assert!(!is_program(&dir.path().join("node")));
    }
}
