//! A clock of a program's own, which jumps when a test says so.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::{FileExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::harness::{outside, skipped};

pub(super) struct Shim {
    directory: TempDir,
    file: File,
}

impl Shim {
    /// `None` where nothing can be compiled; says so.
    pub(super) fn new() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        // PostgreSQL reads it as another user.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let source = directory.path().join("shim.c");
        fs::write(&source, include_str!("shim.c")).unwrap();
        let library = directory.path().join("shim.so");
        let mut compiler = outside("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
        if !compiler.output().is_ok_and(|it| it.status.success()) {
            skipped("a clock that jumps needs cc");
            return None;
        }
        let path = directory.path().join("ahead");
        let file = File::create_new(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let shim = Self { directory, file };
        shim.jump_to(0);
        Some(shim)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The variables of a program that goes by this clock.
    pub(super) fn variables(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", self.path("shim.so")), ("CLOCK_AHEAD", self.path("ahead"))]
    }

    /// Sets the clock to so many seconds after the machine's.
    pub(super) fn jump_to(&self, seconds: i64) {
        self.file.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    }
}

/// As a command takes them.
pub(super) fn borrowed<'a>(variables: &'a [(&'a str, PathBuf); 2]) -> [(&'a str, &'a Path); 2] {
    let [(one, first), (two, second)] = variables;
    [(*one, first.as_path()), (*two, second.as_path())]
}
