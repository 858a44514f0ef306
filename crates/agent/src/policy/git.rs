//! Which calls of git only read.
//!
//! The platform commits, pushes and changes branches, with credentials that no sandbox has. So the list of
//! what reads is closed, and every other subcommand writes: one that is unknown may be an alias.

use super::shell::Word;

/// How sure it is that the words are git's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// What is not known to read is a write.
    Certain,
    /// They stand after a program that may be anything; what is known to write is a write.
    Guessed,
}

/// What of git a call would do, in the words of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Reads,
    Writes(String),
}

/// Subcommands that read whatever their arguments are, but for [`RUNS_OR_WRITES`].
const READS: &[&str] = &[
    "annotate",
    "blame",
    "cat-file",
    "check-attr",
    "check-ignore",
    "check-mailmap",
    "check-ref-format",
    "cherry",
    "count-objects",
    "describe",
    "diff",
    "diff-files",
    "diff-index",
    "diff-tree",
    "for-each-ref",
    "grep",
    "help",
    "log",
    "ls-files",
    "ls-tree",
    "merge-base",
    "name-rev",
    "patch-id",
    "range-diff",
    "rev-list",
    "rev-parse",
    "shortlog",
    "show",
    "show-branch",
    "show-ref",
    "status",
    "var",
    "verify-commit",
    "verify-tag",
    "version",
    "whatchanged",
];

/// Options of those that start a program or write a file.
const RUNS_OR_WRITES: &[&str] =
    &["--output", "--ext-diff", "--textconv", "--open-files-in-pager", "--filters", "--exec"];

/// Subcommands that write, where they must be told from other words.
const WRITES: &[&str] = &[
    "add",
    "am",
    "apply",
    "bisect",
    "checkout",
    "cherry-pick",
    "clean",
    "clone",
    "commit",
    "commit-tree",
    "fast-import",
    "fetch",
    "filter-branch",
    "gc",
    "init",
    "merge",
    "mv",
    "prune",
    "pull",
    "push",
    "read-tree",
    "rebase",
    "replace",
    "reset",
    "restore",
    "revert",
    "rm",
    "send-pack",
    "switch",
    "update-index",
    "update-ref",
    "write-tree",
];

/// Options before the subcommand that take a value.
const WITH_VALUE: &[&str] = &["-C", "--git-dir", "--work-tree", "--namespace"];

/// Options before the subcommand that change nothing.
const HARMLESS: &[&str] = &[
    "--bare",
    "--glob-pathspecs",
    "--icase-pathspecs",
    "--literal-pathspecs",
    "--no-lazy-fetch",
    "--no-optional-locks",
    "--no-pager",
    "--no-replace-objects",
    "--noglob-pathspecs",
    "--paginate",
    "-P",
    "-p",
];

/// What git does when it is called with `arguments`.
pub(super) fn judge(arguments: &[Word], certainty: Certainty) -> Use {
    let mut rest = arguments;
    loop {
        let Some((word, after)) = rest.split_first() else { return Use::Reads };
        let Some(text) = word.literal() else {
            return doubtful("what git does is named by a variable", certainty);
        };
        rest = after;
        if WITH_VALUE.contains(&text) {
            rest = rest.get(1..).unwrap_or_default();
        } else if matches!(text, "--version" | "-v" | "--help" | "-h") {
            return Use::Reads;
        } else if !text.starts_with('-') {
            return subcommand(text, rest, certainty);
        } else {
            let has_value =
                text.split_once('=').is_some_and(|it| it.0 != "-C" && WITH_VALUE.contains(&it.0));
            if !has_value && !HARMLESS.contains(&text) {
                return doubtful(&format!("git {text} may change what git runs"), certainty);
            }
        }
    }
}

fn doubtful(why: &str, certainty: Certainty) -> Use {
    match certainty {
        Certainty::Certain => Use::Writes(why.to_owned()),
        Certainty::Guessed => Use::Reads,
    }
}

fn subcommand(name: &str, arguments: &[Word], certainty: Certainty) -> Use {
    let writes = || Use::Writes(format!("git {name} writes"));
    if READS.contains(&name) {
        let runs = |it: &Word| it.literal().is_some_and(|it| runs_or_writes(name, it));
        return if arguments.iter().any(runs) { writes() } else { Use::Reads };
    }
    let literal: Option<Vec<&str>> = arguments.iter().map(Word::literal).collect();
    match literal.as_deref().and_then(|it| listing(name, it)) {
        Some(true) => Use::Reads,
        Some(false) => writes(),
        None if certainty == Certainty::Certain || WRITES.contains(&name) => writes(),
        None => Use::Reads,
    }
}

/// Git takes an option's beginning for the option.
fn runs_or_writes(subcommand: &str, argument: &str) -> bool {
    let name = argument.split('=').next().unwrap_or(argument);
    let is_long = name.len() > 2 && name.starts_with("--");
    is_long && RUNS_OR_WRITES.iter().any(|it| it.starts_with(name))
        || subcommand == "grep" && argument.starts_with("-O")
}

/// Whether a subcommand that both lists and changes only lists here; `None` if it is none of those.
fn listing(name: &str, arguments: &[&str]) -> Option<bool> {
    let first = arguments.first().copied();
    let is = |expected: &[&str]| first.is_some_and(|it| expected.contains(&it));
    Some(match name {
        "branch" => lists_refs(
            arguments,
            &["-a", "--all", "-r", "--remotes", "-v", "-vv", "--verbose", "--show-current"],
        ),
        "tag" => lists_refs(arguments, &["-n"]),
        "remote" => first.is_none() || is(&["-v", "--verbose", "get-url"]) && arguments.len() <= 2,
        "config" => reads_config(arguments),
        "stash" | "notes" => is(&["list", "show"]),
        "worktree" | "sparse-checkout" => is(&["list"]),
        "submodule" => first.is_none() || is(&["status", "summary"]),
        "reflog" => first.is_none() || is(&["show", "exists"]),
        "lfs" => is(&["ls-files", "status", "env", "version"]),
        "symbolic-ref" => {
            arguments.iter().filter(|it| !it.starts_with('-')).count() == 1
                && arguments
                    .iter()
                    .all(|it| !it.starts_with('-') || matches!(*it, "-q" | "--short"))
        }
        "hash-object" => !arguments.iter().any(|it| it.starts_with("-w")),
        _ => return None,
    })
}

/// Names stand for patterns only in a list that was asked for.
fn lists_refs(arguments: &[&str], own: &[&str]) -> bool {
    const LISTS: &[&str] =
        &["-l", "--list", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"];
    const FORMS: &[&str] =
        &["--sort", "--format", "--column", "--no-column", "--color", "--no-color", "-i"];
    let name = |it: &str| it.split('=').next().unwrap_or_default().to_owned();
    let is_list = arguments.iter().any(|it| LISTS.contains(&&*name(it)));
    arguments.iter().all(|it| {
        let name = name(it);
        let known = [LISTS, FORMS, own].iter().any(|list| list.contains(&&*name));
        if it.starts_with('-') { known } else { is_list }
    })
}

fn reads_config(arguments: &[&str]) -> bool {
    const READS: &[&str] =
        &["--get", "--get-all", "--get-regexp", "--get-urlmatch", "-l", "--list", "get", "list"];
    const FORMS: &[&str] = &[
        "--global",
        "--system",
        "--local",
        "--worktree",
        "--show-origin",
        "--show-scope",
        "--name-only",
        "-z",
        "--null",
        "--bool",
        "--int",
        "--path",
        "--all",
    ];
    let reads = arguments.iter().any(|it| READS.contains(it));
    let names = arguments.iter().filter(|it| !it.starts_with('-')).count();
    let known = |it: &&str| !it.starts_with('-') || READS.contains(it) || FORMS.contains(it);
    arguments.iter().all(known) && (reads || names == 1)
}
