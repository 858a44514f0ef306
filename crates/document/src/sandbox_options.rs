//! What a document asks of its sandboxes: `runbook: {backend: …, image: …, network: …, dependencies: …}`.
//!
//! Only read here. Whether it is granted is the operator's decision, not the author's.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::runtime::Runtime;

/// Options of the front matter; each is `None` where the author leaves it to the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SandboxOptions {
    /// The name of a backend, such as `docker`.
    pub backend: Option<String>,
    /// The name of an image with the document's runtimes.
    pub image: Option<String>,
    pub network: Option<NetworkOption>,
    /// Packages for the programs of a language, as its own package manager names them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<Runtime, Vec<String>>,
}

/// What the document's programs want to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkOption {
    None,
    /// Whatever the machine reaches.
    Host,
    /// Host names with optional ports, such as `pypi.org` or `*.example.com:8443`; at least one.
    Allow(Vec<String>),
}

impl SandboxOptions {
    /// Reads the mapping below `runbook`, with what is wrong with it.
    pub(crate) fn read(runbook: &Value) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut word = |key: &str| {
            let value = runbook.get(key)?;
            let name = value.as_str().map(str::trim).filter(|it| !it.is_empty());
            if name.is_none() {
                problems.push(format!("`runbook.{key}` is {value}; write a name"));
            }
            name.map(str::to_owned)
        };
        let (backend, image) = (word("backend"), word("image"));
        let network = runbook.get("network").and_then(|it| {
            let network = NetworkOption::read(it);
            if network.is_none() {
                problems.push(format!(
                    "`runbook.network` is {it}; use `none`, `host` or a list of host names"
                ));
            }
            network
        });
        let dependencies = runbook.get("dependencies").map(|it| {
            dependencies(it).unwrap_or_else(|| {
                problems.push(format!(
                    "`runbook.dependencies` is {it}; use a list of packages of python, or such lists by \
                     language, python and node"
                ));
                BTreeMap::new()
            })
        });
        let dependencies = dependencies.unwrap_or_default();
        (Self { backend, image, network, dependencies }, problems)
    }
}

/// Only languages whose programs find packages without being compiled again.
fn dependencies(value: &Value) -> Option<BTreeMap<Runtime, Vec<String>>> {
    let names = |it: &Value| -> Option<Vec<String>> {
        let names = it.as_array()?.iter();
        names.map(|it| it.as_str().map(|it| it.trim().to_owned())).collect()
    };
    if let Some(names) = names(value) {
        return Some(BTreeMap::from([(Runtime::Python, names)]));
    }
    let of_language = |(language, it): (&String, &Value)| {
        let runtime = Runtime::from_language(language)?;
        matches!(runtime, Runtime::Python | Runtime::Node).then_some((runtime, names(it)?))
    };
    value.as_object()?.iter().map(of_language).collect()
}

impl NetworkOption {
    fn read(value: &Value) -> Option<Self> {
        if let Some(name) = value.as_str() {
            return match name {
                "none" => Some(Self::None),
                "host" => Some(Self::Host),
                _ => None,
            };
        }
        let rules = value.as_array().filter(|it| !it.is_empty())?;
        let rule = |it: &Value| it.as_str().map(|it| it.trim().to_owned());
        rules.iter().map(rule).collect::<Option<_>>().map(Self::Allow)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_three_are_read() {
        let runbook =
            json!({"backend": "docker", "image": "tools:1", "network": ["pypi.org", " a.b:80"]});
        let (options, problems) = SandboxOptions::read(&runbook);
        let allowed = NetworkOption::Allow(vec!["pypi.org".to_owned(), "a.b:80".to_owned()]);
        assert_eq!(options.backend.as_deref(), Some("docker"));
        assert_eq!(options.image.as_deref(), Some("tools:1"));
        assert_eq!(options.network, Some(allowed));
        assert_eq!(problems, Vec::<String>::new());
    }

    #[test]
    fn packages_are_a_list_or_lists_by_language() {
        let read = |it| SandboxOptions::read(&json!({ "dependencies": it }));
        let (options, problems) = read(json!(["numpy", " six>=1 "]));
        let python = vec!["numpy".to_owned(), "six>=1".to_owned()];
        assert_eq!(options.dependencies[&Runtime::Python], python);
        assert_eq!(problems, Vec::<String>::new());
        let (options, _) = read(json!({"py": ["six"], "javascript": ["ms"]}));
        assert_eq!(options.dependencies[&Runtime::Node], ["ms"]);
        for wrong in [json!("six"), json!([1]), json!({"python": "six"}), json!({"rust": ["a"]})] {
            let (options, problems) = read(wrong.clone());
            assert_eq!((options.dependencies.len(), problems.len()), (0, 1), "{wrong}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_and_asks_for_nothing() {
        for wrong in [json!("all"), json!([]), json!([1]), json!(true), json!({"a": 1})] {
            let (options, problems) = SandboxOptions::read(&json!({"network": wrong}));
            assert_eq!((options, problems.len()), (SandboxOptions::default(), 1), "{wrong}");
        }
        let (_, problems) = SandboxOptions::read(&json!({"backend": 1, "image": ""}));
        assert_eq!(problems.len(), 2);
    }
}
