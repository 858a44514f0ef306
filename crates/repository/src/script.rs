//! What is run inside sandboxes, as text for `/bin/sh` in the directory of a checkout.
//!
//! An agent may have changed everything in the checkout and in its `.git`. So each of these makes its own settings,
//! and what cannot be done fails: the caller then unpacks a fresh seed into a fresh directory.
//!
//! | | |
//! | --- | --- |
//! | [`unpack`] | after the seed's tar: writes the commit's files |
//! | [`reset`] | a clean checkout again: another `.git` around the same objects, no file that is not the commit's |
//! | [`advance`] | the same at a newer commit, which is read from stdin: see [`Mirror::pack_since`] |
//! | [`restore`] | puts `.git` back and leaves the files |
//! | [`head`] | prints what `HEAD` is: see [`read_head`] |
//! | [`snapshot`] | prints what [`Mirror::take`] reads |
//!
//! [`Mirror::pack_since`]: crate::Mirror::pack_since
//! [`Mirror::take`]: crate::Mirror::take

use crate::CommitId;

/// Of each checkout. Written as it is, so it has no single quote.
pub(crate) const CONFIGURATION: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\
    [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n";

const PROLOGUE: &str = include_str!("script/prologue.sh");
const ANEW: &str = include_str!("script/anew.sh");
const CHECKOUT: &str = include_str!("script/checkout.sh");
const SNAPSHOT: &str = include_str!("script/snapshot.sh");

/// What the commit is on top of may be older than what a checkout knows of the history: then it needs a fresh seed.
const INDEX_PACK: &str =
    "safe_git index-pack --stdin --fix-thin >/dev/null\nsafe_git rev-list --quiet \"$commit\"\n";
const READ_TREE: &str =
    "safe_git read-tree \"$commit\"\nsafe_git update-index -q --refresh || true\n";
const HEAD: &str = "safe_git rev-parse --verify --quiet HEAD || printf 'none\\n'\n";

/// Writes the files of a commit, whose seed has been unpacked here.
#[must_use]
pub fn unpack(commit: &CommitId) -> String {
    of(commit, &[CHECKOUT])
}

/// Takes back all that happened here. What git ignores goes too.
#[must_use]
pub fn reset(commit: &CommitId) -> String {
    of(commit, &[ANEW, CHECKOUT])
}

/// Goes to a commit that was made since, whose pack is on stdin.
#[must_use]
pub fn advance(commit: &CommitId) -> String {
    of(commit, &[ANEW, INDEX_PACK, CHECKOUT])
}

/// Takes back what happened to `.git`: commits, branches, hooks. Files stay.
#[must_use]
pub fn restore(commit: &CommitId) -> String {
    of(commit, &[ANEW, READ_TREE])
}

/// Prints what `HEAD` is.
#[must_use]
pub fn head() -> String {
    format!("{PROLOGUE}\n{HEAD}")
}

/// What [`head`] printed; `None` if there is no telling.
#[must_use]
pub fn read_head(said: &[u8]) -> Option<CommitId> {
    CommitId::parse(std::str::from_utf8(said).ok()?.strip_suffix('\n')?).ok()
}

/// Prints what changed since a commit.
#[must_use]
pub fn snapshot(commit: &CommitId) -> String {
    of(commit, &[SNAPSHOT])
}

fn of(commit: &CommitId, parts: &[&str]) -> String {
    let parts = parts.join("\n");
    format!("{PROLOGUE}\nconfiguration='{CONFIGURATION}'\ncommit={commit}\n\n{parts}")
}
