//! Fetches documents from repositories and addresses, at one commit, into a directory that goes with us.
//!
//! ```text
//!   address ──▶ repository in the cache ── fetch ──▶ commit ── checkout ──▶ a directory of this run
//! ```
//!
//! The user's own git does it, with his credentials. Hooks, submodules and filters of LFS stay off.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::IsTerminal,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use model::artifact::Digest;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::address::{Address, At, Repository, is_path, is_reference};
use crate::{cache, failure::Failure};

/// Where a document came from, as it is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Of the file or the repository, without a password.
    pub(crate) url: String,
    /// The branch or tag that was asked for.
    pub(crate) reference: Option<String>,
    /// The commit, or of a file by itself the SHA-256 of what it held.
    pub(crate) commit: String,
}

/// A document that was brought here. Its files go when this is dropped.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// The document, or the directory that holds it.
    pub(crate) path: PathBuf,
    pub(crate) origin: Origin,
    /// Holds the files.
    pub(crate) directory: TempDir,
}

/// Tells git, for one process, what its files of settings do not.
const SETTINGS: [(&str, &str); 7] = [
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("submodule.recurse", "false"),
    ("protocol.ext.allow", "never"),
    ("filter.lfs.smudge", ""),
    ("filter.lfs.process", ""),
    ("filter.lfs.required", "false"),
];

/// Whose tokens the user's environment has, and under which name git sends them.
const TOKENS: [(&str, &[&str], &str); 2] = [
    ("https://github.com/", &["GITHUB_TOKEN", "GH_TOKEN"], "x-access-token"),
    ("https://gitlab.com/", &["GITLAB_TOKEN"], "oauth2"),
];

impl Address {
    /// Brings the document here.
    ///
    /// # Errors
    ///
    /// When there is no such thing, it is out of reach, or git is not installed.
    pub(crate) async fn fetch(self) -> Result<Fetched, Failure> {
        match self {
            Self::File { url } => fetch_file(url).await,
            Self::Repository { repository, at } => {
                let checkout = tokio::task::spawn_blocking(move || check_out(&repository, at));
                checkout.await.map_err(Failure::internal)?
            }
        }
    }
}

async fn fetch_file(url: String) -> Result<Fetched, Failure> {
    let (name, bytes) = engine::download(&url).await.map_err(Failure::unavailable)?;
    let directory = temporary()?;
    let path = directory.path().join(name);
    fs::write(&path, &bytes).map_err(Failure::unavailable)?;
    let commit = hash(&bytes);
    Ok(Fetched { path, origin: Origin { url, reference: None, commit }, directory })
}

/// SHA-256 in hex.
fn hash(bytes: &[u8]) -> String {
    Digest::new(Sha256::digest(bytes).into()).hex()
}

fn temporary() -> Result<TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("runbook-document-").tempdir();
    made.map_err(|it| Failure::unavailable(format!("no directory for the document: {it}")))
}

fn check_out(repository: &Repository, at: At) -> Result<Fetched, Failure> {
    let cache = cache::usual().ok_or_else(|| {
        Failure::unavailable("no cache for documents; set HOME or XDG_CACHE_HOME")
    })?;
    let kept = Kept::open(repository, &cache)?;
    let (reference, path) = match at {
        At::Reference { reference, path } => (reference, path),
        At::Page { rest } => kept.part(&rest)?,
    };
    let commit = kept.commit(reference.as_deref())?;
    let directory = temporary()?;
    kept.write(&commit, directory.path())?;
    let root = fs::canonicalize(directory.path()).map_err(Failure::unavailable)?;
    let found = fs::canonicalize(root.join(&path)).ok().filter(|it| it.starts_with(&root));
    let Some(path) = found else {
        let what = format!("{repository} has no {path} at {}", &commit[..12.min(commit.len())]);
        return Err(Failure::rejected(format!("{what}; check the path and the reference")));
    };
    let origin = Origin { url: repository.to_string(), reference, commit };
    Ok(Fetched { path, origin, directory })
}

/// The objects of a repository, kept from one time to the next.
struct Kept<'a> {
    repository: &'a Repository,
    directory: PathBuf,
    /// Others that want the same wait.
    _lock: File,
}

impl<'a> Kept<'a> {
    fn open(repository: &'a Repository, cache: &Path) -> Result<Self, Failure> {
        let unavailable =
            |it: std::io::Error| Failure::unavailable(format!("no cache for documents: {it}"));
        let name = hash(repository.0.as_bytes());
        let directory = cache.join("documents").join(&name[..32]);
        fs::create_dir_all(&directory).map_err(unavailable)?;
        let lock = File::create(directory.join("lock")).map_err(unavailable)?;
        lock.lock().map_err(unavailable)?;
        let kept = Self { repository, directory: directory.join("objects"), _lock: lock };
        fs::create_dir_all(&kept.directory).map_err(unavailable)?;
        if !kept.directory.join("HEAD").exists() {
            kept.git(&["init", "--quiet", "--bare", "--template="], &[])?;
        }
        Ok(kept)
    }

    /// Parts `REFERENCE/PATH` where a branch or tag of the repository ends: the longest that there is.
    fn part(&self, rest: &str) -> Result<(Option<String>, String), Failure> {
        let rest = rest.trim_matches('/');
        if rest.is_empty() {
            return Ok((None, String::new()));
        }
        let listed =
            self.git(&["ls-remote", "--heads", "--tags", "--", &self.repository.0], &[])?;
        let names = listed.lines().filter_map(|line| {
            let name = line.split_once('\t')?.1;
            name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"))
        });
        let path_after = |name: &str| match rest.strip_prefix(name)? {
            "" => Some(""),
            path => path.strip_prefix('/'),
        };
        let longest = names.filter(|it| path_after(it).is_some()).max_by_key(|it| it.len());
        let first = rest.split('/').next().unwrap_or_default();
        let is_commit = first.len() >= 7 && first.chars().all(|it| it.is_ascii_hexdigit());
        let reference =
            longest.or_else(|| is_commit.then_some(first)).filter(|it| is_reference(it));
        let Some(reference) = reference else {
            let what = format!("{} has no branch or tag that begins {rest:?}", self.repository);
            return Err(Failure::rejected(format!("{what}; check the address")));
        };
        let path = path_after(reference).unwrap_or_default();
        if !is_path(path) {
            return Err(Failure::rejected(format!("{path:?} is no path in a repository")));
        }
        Ok((Some(reference.to_owned()), path.to_owned()))
    }

    /// The commit of a reference, with its files. One that is named whole is asked for only once.
    fn commit(&self, reference: Option<&str>) -> Result<String, Failure> {
        let whole = reference.filter(|it| {
            matches!(it.len(), 40 | 64) && it.chars().all(|it| it.is_ascii_hexdigit())
        });
        if let Some(commit) = whole
            && self.git(&["cat-file", "-e", &format!("{commit}^{{tree}}")], &[]).is_ok()
        {
            return Ok(commit.to_ascii_lowercase());
        }
        let reference = reference.unwrap_or("HEAD");
        let fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"];
        let what = ["--", &self.repository.0, reference];
        self.git(&[&fetch[..], &what[..]].concat(), &[])?;
        let commit = self.git(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"], &[])?;
        Ok(commit.trim().to_owned())
    }

    fn write(&self, commit: &str, directory: &Path) -> Result<(), Failure> {
        let env = [
            ("GIT_INDEX_FILE", self.directory.join("index").into()),
            ("GIT_WORK_TREE", directory.into()),
        ];
        self.git(&["read-tree", commit], &env)?;
        self.git(&["checkout-index", "--all", "--force", "--quiet"], &env).map(drop)
    }

    /// Runs git on the kept objects, and gives what it prints.
    fn git(&self, arguments: &[&str], env: &[(&str, OsString)]) -> Result<String, Failure> {
        let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        #[expect(
            clippy::disallowed_methods,
            reason = "the user's own git, with his credentials, which no sandbox is given"
        )]
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.directory).stderr(Stdio::piped());
        command
            .env("GIT_DIR", &self.directory)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("GIT_WORK_TREE");
        command.envs(env.iter().map(|(name, value)| (name, value)));
        if !asks {
            command.stdin(Stdio::null()).env("GIT_TERMINAL_PROMPT", "0");
        }
        let token = token(&self.repository.0);
        let settings =
            SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        for (number, (name, value)) in settings.chain(token).enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{number}"), name);
            command.env(format!("GIT_CONFIG_VALUE_{number}"), value);
            command.env("GIT_CONFIG_COUNT", (number + 1).to_string());
        }
        let output = command.output().map_err(|it| {
            Failure::unavailable(format!("git cannot be started ({it}); install git"))
        })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().find(|it| it.starts_with("fatal: ") || it.starts_with("error: "));
        let reason = said.and_then(|it| Some(it.split_once(": ")?.1)).unwrap_or("git failed");
        // It may repeat the address as it was given, and what stands in that.
        let reason = reason.replace(&self.repository.0, &self.repository.to_string());
        Err(Failure::unavailable(format!("{}: {reason}", self.repository)))
    }
}

/// The setting with which git shows the user's token to the forge that it is for, and to nobody else.
fn token(repository: &str) -> Option<(String, String)> {
    let (host, names, user) = TOKENS.iter().find(|it| repository.starts_with(it.0))?;
    let token = names.iter().find_map(|it| std::env::var_os(it)?.into_string().ok())?;
    let credentials = BASE64_STANDARD.encode(format!("{user}:{token}"));
    Some((format!("http.{host}.extraHeader"), format!("Authorization: Basic {credentials}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with branches `main` and `feat/x`, and a tag `feat`.
    fn repository(directory: &Path) -> Repository {
        let script = "git init -q -b main . && git config user.email a@example.com && git config user.name a && \
            mkdir a && echo one > a/runbook.md && git add . && git commit -qm one && git tag feat && \
            git checkout -qb feat/x && echo two > a/runbook.md && git commit -qam two && git checkout -q main";
        #[expect(clippy::disallowed_methods, reason = "the machine's git makes what is fetched")]
        let made = Command::new("sh").args(["-ec", script]).current_dir(directory).status();
        assert!(made.unwrap().success());
        Repository(format!("file://{}", directory.display()))
    }

    #[test]
    fn the_longest_reference_in_a_page_s_address_is_meant() {
        let (directory, cache) = (temporary().unwrap(), temporary().unwrap());
        let repository = repository(directory.path());
        let kept = Kept::open(&repository, cache.path()).unwrap();
        let (reference, path) = kept.part("feat/x/a/runbook.md").unwrap();
        assert_eq!((reference.as_deref(), path.as_str()), (Some("feat/x"), "a/runbook.md"));
        let (reference, path) = kept.part("feat/a").unwrap();
        assert_eq!((reference.as_deref(), path.as_str()), (Some("feat"), "a"));
        assert_eq!(kept.part("").unwrap(), (None, String::new()));
        for wrong in ["none/a", "main/../../etc/passwd", "--upload-pack=x/a"] {
            assert!(kept.part(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_commit_that_is_kept_is_not_asked_for_again() {
        let (directory, cache) = (temporary().unwrap(), temporary().unwrap());
        let repository = repository(directory.path());
        let kept = Kept::open(&repository, cache.path()).unwrap();
        let commit = kept.commit(Some("feat/x")).unwrap();
        drop(directory);
        assert_eq!(kept.commit(Some(&commit)).unwrap(), commit);
        assert!(kept.commit(Some("feat/x")).is_err(), "a branch may have moved");
        let files = temporary().unwrap();
        kept.write(&commit, files.path()).unwrap();
        assert_eq!(fs::read_to_string(files.path().join("a/runbook.md")).unwrap(), "two\n");
    }
}
