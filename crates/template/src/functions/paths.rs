//! Functions of paths with `/`. They look at the text alone.

use super::{Args, Entry};
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry("base", 1, 1, |_, a| text(a, base)),
    Entry("dir", 1, 1, |_, a| text(a, dir)),
    Entry("clean", 1, 1, |_, a| text(a, clean)),
    Entry("ext", 1, 1, |_, a| text(a, ext)),
    Entry("isAbs", 1, 1, |_, a| Ok(Value::Bool(a.text(0)?.starts_with('/')))),
    Entry("osBase", 1, 1, |_, a| text(a, base)),
    Entry("osDir", 1, 1, |_, a| text(a, dir)),
    Entry("osClean", 1, 1, |_, a| text(a, clean)),
    Entry("osExt", 1, 1, |_, a| text(a, ext)),
    Entry("osIsAbs", 1, 1, |_, a| Ok(Value::Bool(a.text(0)?.starts_with('/')))),
];

fn text(a: Args<'_>, made: fn(&str) -> String) -> Result<Value, crate::runtime::CallError> {
    Ok(Value::text(made(a.text(0)?)))
}

fn base(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let kept = path.trim_end_matches('/');
    let name = kept.rsplit('/').next().unwrap_or_default();
    if name.is_empty() { "/".to_owned() } else { name.to_owned() }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

fn ext(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or(String::new(), |at| name[at..].to_owned())
}

/// The shortest path that means the same.
pub(crate) fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|it| *it != "..") => {
                kept.pop();
            }
            ".." if absolute => {}
            it => kept.push(it),
        }
    }
    match (absolute, kept.is_empty()) {
        (true, _) => format!("/{}", kept.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
    }
}

/// The path from one folder to a target, if both are absolute or neither is.
pub(super) fn relative(from: &str, to: &str) -> Option<String> {
    let (from, to) = (clean(from), clean(to));
    if from.starts_with('/') != to.starts_with('/') {
        return None;
    }
    let parts = |it: &str| -> Vec<String> {
        it.split('/').filter(|it| !it.is_empty() && *it != ".").map(str::to_owned).collect()
    };
    let (from, to) = (parts(&from), parts(&to));
    let same = from.iter().zip(&to).take_while(|it| it.0 == it.1).count();
    if from[same..].iter().any(|it| it == "..") {
        return None;
    }
    let mut path: Vec<&str> = from[same..].iter().map(|_| "..").collect();
    path.extend(to[same..].iter().map(String::as_str));
    Some(if path.is_empty() { ".".to_owned() } else { path.join("/") })
}
