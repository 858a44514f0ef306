//! Context files: Markdown in which an account says how its code is to be worked on.

use std::collections::BTreeSet;

/// Paths that one file may point at. More would point at nothing in particular.
const MOST_PATHS: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextFile {
    /// Its first heading.
    pub title: Option<String>,
    pub text: String,
    /// What it names in backticks, in the order of the text: worth reading first.
    pub paths: Vec<String>,
}

impl ContextFile {
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let title = document::parse(&text).title;
        let mut seen = BTreeSet::new();
        let paths = text.lines().filter(|it| !it.trim_start().starts_with("```"));
        let paths = paths.flat_map(|line| line.split('`').skip(1).step_by(2));
        let paths = paths.filter(|it| is_path(it) && seen.insert(*it)).take(MOST_PATHS);
        let paths = paths.map(str::to_owned).collect();
        Self { title, text, paths }
    }
}

/// `src/main.rs`, `Makefile.am`, `docs/`; no command, no URL, and nothing outside of the repository.
fn is_path(text: &str) -> bool {
    let has_shape = text.contains('/')
        || text.rsplit_once('.').is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (1..=8).contains(&extension.len())
                && extension.chars().all(char::is_alphanumeric)
        });
    let is_plain = |it: char| it.is_alphanumeric() || "/._-+@*".contains(it);
    let stays_inside = !text.starts_with(['/', '-']) && text.split('/').all(|it| it != "..");
    text.len() <= 200 && has_shape && stays_inside && text.chars().all(is_plain)
}
