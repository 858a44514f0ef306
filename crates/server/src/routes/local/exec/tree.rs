//! Generated files as a tree, as Gruntwork Runbooks tells of them. What they hold is asked for one by one.

use engine::local::{Generated, GeneratedFile};
use serde_json::{Value, json};

/// Files as they are beneath the output directory now.
#[derive(Default)]
pub(super) struct Files(Vec<GeneratedFile>);

impl Files {
    /// The first page of them. Reading blocks the thread.
    pub(super) fn read(generated: &Generated) -> Self {
        Self(generated.list(None).map(|it| it.files).unwrap_or_default())
    }

    /// Those at the paths that a script left, with their sizes.
    pub(super) fn left(&self, paths: &[Value]) -> Vec<Value> {
        let size = |path: &str| self.0.iter().find(|it| it.path == path).map(|it| it.size);
        let file = |path: &str| json!({ "path": path, "size": size(path) });
        paths.iter().filter_map(Value::as_str).map(file).collect()
    }

    pub(super) fn tree(&self) -> Value {
        let files: Vec<_> = self.0.iter().map(|it| (it.path.as_str(), it)).collect();
        nodes("", &files)
    }
}

/// What is in a directory: first its directories, then its files, each by name. The files are in the order of their
/// paths, named from this directory on.
fn nodes(directory: &str, files: &[(&str, &GeneratedFile)]) -> Value {
    let id = |name: &str| {
        if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
    };
    let mut inner: Vec<(&str, Vec<(&str, &GeneratedFile)>)> = Vec::new();
    let mut own = Vec::new();
    for (path, file) in files {
        match path.split_once('/') {
            Some((name, rest)) => match inner.last_mut().filter(|it| it.0 == name) {
                Some((_, within)) => within.push((rest, file)),
                None => inner.push((name, vec![(rest, file)])),
            },
            None => own.push(json!({
                "id": file.path, "name": path, "type": "file",
                "file": { "name": path, "path": file.path, "language": language(path), "size": file.size },
            })),
        }
    }
    let folder = |(name, within): &(&str, Vec<_>)| {
        let id = id(name);
        json!({ "name": name, "type": "folder", "children": nodes(&id, within), "id": id })
    };
    inner.iter().map(folder).chain(own).collect()
}

/// By the ending of the name.
fn language(name: &str) -> String {
    name.rsplit_once('.').map_or_else(|| "text".to_owned(), |it| it.1.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_stand_before_files_and_each_once() {
        let paths = ["a-b/x", "a.txt", "a/b/c.tf", "a/d", "z"];
        let file = |path: &&str| GeneratedFile { path: (*path).to_owned(), size: 3 };
        let files = Files(paths.iter().map(file).collect());
        let tree = files.tree();
        let names = |nodes: &Value| {
            let nodes = nodes.as_array().unwrap().iter();
            nodes.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&tree), ["a-b", "a", "a.txt", "z"]);
        assert_eq!(names(&tree[1]["children"]), ["b", "d"]);
        let deep = &tree[1]["children"][0]["children"][0];
        assert_eq!((&deep["id"], &deep["file"]["language"]), (&json!("a/b/c.tf"), &json!("tf")));
        assert_eq!(
            files.left(&[json!("a/d"), json!("gone")])[0],
            json!({ "path": "a/d", "size": 3 })
        );
    }
}
