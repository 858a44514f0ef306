//! How a user keeps runbooks: folders within folders, and tags.
//!
//! Owns which names and which moves there can be. What a user keeps about one runbook is called its *shelf*;
//! another reader of the same runbook has another one.

use std::collections::HashMap;

use crate::{
    id::{FolderId, UserId},
    time::Timestamp,
};

/// Longest name of a folder in characters; a title of a runbook may be as long.
pub const MAX_NAME_CHARS: usize = 100;

/// Longest tag in characters.
pub const MAX_TAG_CHARS: usize = 50;

/// Tags that a user may put on one runbook, and that are read of one document.
pub const MAX_TAGS: usize = 30;

/// Folders within folders; deeper trees are a maze.
pub const MAX_DEPTH: usize = 8;

/// Folders of one user. All of them are shown at once.
pub const MAX_FOLDERS: usize = 500;

/// A place that a user keeps runbooks in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub id: FolderId,
    pub owner: UserId,
    /// `None` at the top.
    pub parent: Option<FolderId>,
    pub name: String,
    pub created_at: Timestamp,
}

/// A name or a tag cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    #[error("a folder needs a name")]
    NoName,
    #[error("the name of the folder has {count} characters; {MAX_NAME_CHARS} are allowed")]
    LongName { count: usize },
    #[error("the name of a folder must not contain {what:?}; leave it out")]
    NameCharacter { what: char },
    #[error("a tag is empty; leave it out")]
    NoTag,
    #[error("the tag {tag:?} is longer than {MAX_TAG_CHARS} characters; shorten it")]
    LongTag { tag: String },
    #[error("the tag {tag:?} must not contain {what:?}; leave it out")]
    TagCharacter { tag: String, what: char },
    #[error("there are {count} tags; {MAX_TAGS} are allowed")]
    ManyTags { count: usize },
}

/// A folder cannot be where it was asked to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    #[error("there is no such folder")]
    NoParent,
    #[error("a folder cannot be moved into itself or into a folder within it")]
    IntoItself,
    #[error("folders nest at most {MAX_DEPTH} deep; choose a place further up")]
    TooDeep,
    #[error("there are {MAX_FOLDERS} folders, which is the limit; delete one first")]
    TooMany,
}

/// The name of a folder as it is kept.
///
/// # Errors
///
/// Returns [`InvalidName`] if it cannot be one. A slash cannot, since it stands between the names of a path.
pub fn folder_name(name: &str) -> Result<&str, InvalidName> {
    let name = name.trim();
    let count = name.chars().count();
    match name.chars().find(|it| it.is_control() || *it == '/') {
        _ if count == 0 => Err(InvalidName::NoName),
        _ if count > MAX_NAME_CHARS => Err(InvalidName::LongName { count }),
        Some(what) => Err(InvalidName::NameCharacter { what }),
        None => Ok(name),
    }
}

/// A tag as it is kept: in lower case, since nobody remembers how they wrote it.
///
/// # Errors
///
/// Returns [`InvalidName`] if it cannot be one.
pub fn tag(tag: &str) -> Result<String, InvalidName> {
    let tag = tag.trim().trim_start_matches('#').to_lowercase();
    match tag.chars().find(|it| it.is_control() || matches!(it, ',' | '"')) {
        _ if tag.is_empty() => Err(InvalidName::NoTag),
        _ if tag.chars().count() > MAX_TAG_CHARS => Err(InvalidName::LongTag { tag }),
        Some(what) => Err(InvalidName::TagCharacter { tag, what }),
        None => Ok(tag),
    }
}

/// Tags as they are kept, each once.
///
/// # Errors
///
/// Returns [`InvalidName`] if one of them cannot be one, or there are too many.
pub fn tags(tags: &[impl AsRef<str>]) -> Result<Vec<String>, InvalidName> {
    let mut kept = tags.iter().map(|it| tag(it.as_ref())).collect::<Result<Vec<_>, _>>()?;
    kept.sort();
    kept.dedup();
    match kept.len() {
        0..=MAX_TAGS => Ok(kept),
        count => Err(InvalidName::ManyTags { count }),
    }
}

/// Whether a folder may stand in `parent`, among all folders of its owner. `moved` is `None` for a new one.
///
/// # Errors
///
/// Returns [`Misplaced`] if it may not.
pub fn place(
    folders: &[Folder],
    moved: Option<FolderId>,
    parent: Option<FolderId>,
) -> Result<(), Misplaced> {
    if moved.is_none() && folders.len() >= MAX_FOLDERS {
        return Err(Misplaced::TooMany);
    }
    let parents: HashMap<_, _> = folders.iter().map(|it| (it.id, it.parent)).collect();
    let mut above = 0;
    let mut next = parent;
    while let Some(id) = next {
        if moved == Some(id) {
            return Err(Misplaced::IntoItself);
        }
        above += 1;
        if above > MAX_DEPTH {
            return Err(Misplaced::TooDeep);
        }
        next = *parents.get(&id).ok_or(Misplaced::NoParent)?;
    }
    let below = moved.map_or(1, |it| height(folders, it, 0));
    if above + below > MAX_DEPTH { Err(Misplaced::TooDeep) } else { Ok(()) }
}

/// How many folders stand on the longest way down from one, itself included.
fn height(folders: &[Folder], from: FolderId, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 1;
    }
    let within = folders.iter().filter(|it| it.parent == Some(from));
    1 + within.map(|it| height(folders, it.id, depth + 1)).max().unwrap_or(0)
}

/// The folders that a path names, and all within them: `db` names every folder called so, `ops/db` those in
/// one called `ops`. Upper and lower case are the same.
#[must_use]
pub fn named(folders: &[Folder], path: &str) -> Vec<FolderId> {
    let wanted: Vec<String> =
        path.to_lowercase().split('/').map(|it| it.trim().to_owned()).collect();
    let by_id: HashMap<_, _> = folders.iter().map(|it| (it.id, it)).collect();
    let path_of = |folder: &Folder| {
        let mut names = vec![folder.name.to_lowercase()];
        let mut next = folder.parent;
        while let Some(above) =
            next.and_then(|it| by_id.get(&it)).filter(|_| names.len() <= MAX_DEPTH)
        {
            names.push(above.name.to_lowercase());
            next = above.parent;
        }
        names.reverse();
        names
    };
    // Whatever lies within a named folder has the wanted names somewhere on its way.
    let is_within = |it: &&Folder| path_of(it).windows(wanted.len()).any(|it| it == wanted);
    folders.iter().filter(is_within).map(|it| it.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Folders named by digits, each with the digit of its parent.
    fn tree(pairs: &[(u128, Option<u128>)]) -> Vec<Folder> {
        let folder = |(id, parent): &(u128, Option<u128>)| Folder {
            id: FolderId::from_random(*id),
            owner: UserId::from_random(1),
            parent: parent.map(FolderId::from_random),
            name: format!("F{id}"),
            created_at: Timestamp::from_millis(0),
        };
        pairs.iter().map(folder).collect()
    }

    fn id(n: u128) -> Option<FolderId> {
        Some(FolderId::from_random(n))
    }

    #[test]
    fn a_folder_is_never_moved_into_itself_or_below_itself() {
        let folders = tree(&[(1, None), (2, Some(1)), (3, Some(2)), (4, None)]);
        assert_eq!(place(&folders, id(1), id(1)), Err(Misplaced::IntoItself));
        assert_eq!(place(&folders, id(1), id(3)), Err(Misplaced::IntoItself));
        assert_eq!(place(&folders, id(1), id(4)), Ok(()));
        assert_eq!(place(&folders, id(3), None), Ok(()));
        assert_eq!(place(&folders, id(3), id(9)), Err(Misplaced::NoParent));
    }

    #[test]
    fn depth_counts_what_is_moved_along() {
        let mut pairs: Vec<_> = (1..=8).map(|n| (n, (n > 1).then(|| n - 1))).collect();
        pairs.extend([(20, None), (21, Some(20))]);
        let folders = tree(&pairs);
        assert_eq!(place(&folders, None, id(7)), Ok(()));
        assert_eq!(place(&folders, None, id(8)), Err(Misplaced::TooDeep));
        assert_eq!(place(&folders, id(20), id(6)), Ok(()));
        assert_eq!(place(&folders, id(20), id(7)), Err(Misplaced::TooDeep));
    }

    #[test]
    fn a_path_names_folders_with_all_within_them() {
        let folders = tree(&[(1, None), (2, Some(1)), (3, Some(2)), (4, None), (5, Some(4))]);
        let named = |path: &str| {
            named(&folders, path).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(named("f2").matches("fld_").count(), 2);
        assert_eq!(named("F1/f2").matches("fld_").count(), 2);
        assert_eq!(named("f4/f2"), "");
        assert_eq!(named("f1").matches("fld_").count(), 3);
    }

    #[test]
    fn names_and_tags_are_kept_tidy_or_refused() {
        assert_eq!(folder_name("  Ops "), Ok("Ops"));
        assert_eq!(folder_name(" "), Err(InvalidName::NoName));
        assert_eq!(folder_name("a/b"), Err(InvalidName::NameCharacter { what: '/' }));
        assert_eq!(tags(&["Ops", "#ops", "db"]), Ok(vec!["db".to_owned(), "ops".to_owned()]));
        assert!(tags(&["a,b"]).is_err());
        assert!(matches!(tag(&"x".repeat(51)), Err(InvalidName::LongTag { .. })));
    }
}
