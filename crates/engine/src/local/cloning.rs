//! `GitClone`: a form that asks for a repository, and our own script that clones it as its reader's git does.

use std::{collections::BTreeMap, time::Duration};

use document::{Component, ComponentKind, Document};
use serde_json::json;

use super::{Executable, pull_request};

const SCRIPT: &str = include_str!("shell/git-clone.sh");

/// Large repositories over slow lines.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The fields of the form, the props that fill them in, and the variables by which the script finds them.
const FIELDS: [(&str, &str, &str, &str); 4] = [
    ("url", "prefilledUrl", "CLONE_URL", "Address of the repository"),
    ("ref", "prefilledRef", "CLONE_REF", "Branch or tag; the repository's own if left out"),
    ("repo_path", "prefilledRepoPath", "CLONE_PART", "Only this directory of it"),
    ("local_path", "prefilledLocalPath", "CLONE_INTO", "Where it goes; its name if left out"),
];

/// The form, as a `boilerplate.yml` has it. JSON is YAML.
pub(super) fn form(component: &Component) -> Option<String> {
    if component.kind != ComponentKind::GitClone {
        return None;
    }
    let variable = |(name, prop, _, description): &(&str, &str, &str, &str)| {
        let default = component.text(prop).unwrap_or_default();
        let validations = if *name == "url" { json!(["required"]) } else { json!([]) };
        json!({ "name": name, "description": description, "default": default, "validations": validations })
    };
    let variables: Vec<_> = FIELDS.iter().map(variable).collect();
    Some(json!({ "variables": variables }).to_string())
}

/// What a click on it runs.
pub(super) fn executable(component: &Component, document: &Document) -> Executable {
    let variable = |(name, _, variable, _): &(&str, &str, &str, &str)| {
        ((*variable).to_owned(), format!("{{{{ .inputs.{name} }}}}"))
    };
    let mut env: BTreeMap<_, _> = FIELDS.iter().map(variable).collect();
    // A site that cannot be one gets no token; that its address is wrong is said where it signs in.
    if let Ok(Some(site)) = pull_request::site(component, document) {
        let (user, variables) = pull_request::git_user(site.kind());
        let told = [
            ("CLONE_SITE", site.address()),
            ("CLONE_USER", user),
            ("CLONE_TOKEN_NAME", variables[0]),
        ];
        env.extend(told.map(|(name, it)| (name.to_owned(), it.to_owned())));
    }
    Executable {
        has_terminal: component.flag("usePty"),
        ..Executable::built_in(component, SCRIPT, env, TIMEOUT)
    }
}
