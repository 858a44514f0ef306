//! A sandbox's checkout, in a directory of the test: unpacked and run as an engine would do it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use repository::{CommitId, Mirror, SeedFile, TakeError, Taken, script};
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt, copy};

use crate::forge::{git, program};

pub(crate) struct Checkout {
    directory: TempDir,
    /// What it began with.
    pub(crate) base: CommitId,
}

/// What a script printed.
pub(crate) struct Said {
    pub(crate) output: Vec<u8>,
    pub(crate) words: String,
    pub(crate) succeeded: bool,
}

impl Checkout {
    pub(crate) async fn of(mirror: &Mirror, commit: &CommitId) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let SeedFile { mut file, .. } = mirror.seed(commit).await.unwrap();
        let mut tar = program("tar", &["-xf", "-"]);
        let mut tar = tar.current_dir(directory.path()).stdin(Stdio::piped()).spawn().unwrap();
        copy(&mut file, &mut tar.stdin.take().unwrap()).await.unwrap();
        assert!(tar.wait().await.unwrap().success());
        let checkout = Self { directory, base: commit.clone() };
        checkout.run(&script::unpack(commit), b"").await.expect_success();
        checkout
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path().join(path)).ok()
    }

    /// As an agent would call it, with what is in `.git`.
    pub(crate) async fn git(&self, arguments: &[&str]) -> String {
        let author = ["-c", "user.name=agent", "-c", "user.email=agent@example.com"];
        git(self.path(), &[&author, arguments].concat()).await
    }

    pub(crate) async fn run(&self, script: &str, input: &[u8]) -> Said {
        let mut shell = program("sh", &["-c", script]);
        // A sandbox's git has a configuration of its user too.
        shell.env_remove("GIT_CONFIG_NOSYSTEM").env("HOME", self.path().join("home"));
        shell.current_dir(self.path()).stdin(Stdio::piped());
        let mut shell = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = shell.stdin.take().unwrap();
        let fed = async move { drop(stdin.write_all(input).await) };
        let (output, ()) = tokio::join!(shell.wait_with_output(), fed);
        let output = output.unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        Said { output: output.stdout, words, succeeded: output.status.success() }
    }

    pub(crate) async fn snapshot(&self) -> Vec<u8> {
        self.run(&script::snapshot(&self.base), b"").await.expect_success()
    }

    pub(crate) async fn taken_by(&self, mirror: &Mirror) -> Result<Taken, TakeError> {
        mirror.take(self.snapshot().await.as_slice(), &self.base).await
    }
}

impl Said {
    pub(crate) fn expect_success(self) -> Vec<u8> {
        assert!(self.succeeded, "{}", self.words);
        self.output
    }
}
