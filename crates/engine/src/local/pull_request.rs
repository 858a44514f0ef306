//! `GitPullRequest` and its names: a form, and our own script that pushes the changes of the newest clone to a branch.
//!
//! ```text
//!  the clone's remote ─▶ is it at the site that is signed in to? ─▶ git-push.sh ─▶ the forge: open, or find ─▶ outputs
//! ```
//!
//! The script knows nothing of forges, and [`forge`] nothing of clones; `session::pull_request` goes from one to the
//! other. The token goes to the site of the component that signed in, whatever the clone's remote says.

use std::{collections::BTreeMap, time::Duration};

use document::{Component, ComponentKind, Document, normal_id};
use forge::{Kind, Site};
use serde_json::{Value, json};

use super::{Executable, NoScript, Provider, sign_in::named_by};

const SCRIPT: &str = include_str!("shell/git-push.sh");

/// Hooks of the repository may test, and large files go up slowly.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Variables of what the forge is told. The script does not get them.
pub(super) const TITLE: &str = "PULL_REQUEST_TITLE";
pub(super) const DESCRIPTION: &str = "PULL_REQUEST_DESCRIPTION";
pub(super) const LABELS: &str = "PULL_REQUEST_LABELS";

/// Variables of the script: whose branches are its own, the site that gets the token, where the token is, and what
/// the forge knows.
const BLOCK: &str = "PUSH_BLOCK";
const BRANCH: &str = "PUSH_BRANCH";
pub(super) const MESSAGE: &str = "PUSH_MESSAGE";
pub(super) const SITE: &str = "PUSH_SITE";
pub(super) const USER: &str = "PUSH_USER";
pub(super) const TOKEN_NAME: &str = "PUSH_TOKEN_NAME";
pub(super) const DEFAULT: &str = "PUSH_DEFAULT";
pub(super) const NAME: &str = "PUSH_NAME";
pub(super) const EMAIL: &str = "PUSH_EMAIL";

/// Which forge the site is; empty where the remote decides.
const KIND: &str = "PULL_REQUEST_FORGE";

/// A field of the form: its name, the prop that fills it in, the variable, what it is for.
struct Field {
    name: &'static str,
    prop: &'static str,
    variable: &'static str,
    about: &'static str,
}

const FIELDS: [Field; 5] = [
    Field {
        name: "pull_request_title",
        prop: "prefilledPullRequestTitle",
        variable: TITLE,
        about: "",
    },
    Field {
        name: "pull_request_description",
        prop: "prefilledPullRequestDescription",
        variable: DESCRIPTION,
        about: "What it is for, in Markdown",
    },
    Field {
        name: "pull_request_labels",
        prop: "prefilledPullRequestLabels",
        variable: LABELS,
        about: "",
    },
    Field {
        name: "branch_name",
        prop: "prefilledBranchName",
        variable: BRANCH,
        about: "Branch with the changes; runbook/ and the time if left out",
    },
    Field {
        name: "commit_message",
        prop: "prefilledCommitMessage",
        variable: MESSAGE,
        about: "Message of the commit; the title if left out",
    },
];

impl Field {
    fn is_list(&self) -> bool {
        self.variable == LABELS
    }

    fn of_form(&self, component: &Component) -> Value {
        let Self { name, prop, about, .. } = self;
        if self.is_list() {
            let default = component.texts(prop);
            return json!({ "name": name, "type": "list", "description": about, "default": default });
        }
        // As in the documents of Gruntwork Runbooks, whose props know no line ends.
        let default = component.text(prop).unwrap_or_default().replace("\\n", "\n");
        let rules = if self.variable == TITLE { json!(["required"]) } else { json!([]) };
        json!({ "name": name, "description": about, "default": default, "validations": rules })
    }

    fn template(&self) -> String {
        let Self { name, .. } = self;
        match self.is_list() {
            true => format!("{{{{ toJson .inputs.{name} }}}}"),
            false => format!("{{{{ .inputs.{name} }}}}"),
        }
    }
}

/// The form, as a `boilerplate.yml` has it. JSON is YAML.
pub(super) fn form(component: &Component) -> Option<String> {
    let is_one = component.kind.opens_pull_requests();
    let variables = || FIELDS.iter().map(|it| it.of_form(component)).collect::<Vec<_>>();
    is_one.then(|| json!({ "variables": variables() }).to_string())
}

/// What a click on it runs.
pub(super) fn executable(
    component: &Component,
    document: &Document,
) -> Result<Executable, NoScript> {
    let fields = FIELDS.iter().map(|it| (it.variable.to_owned(), it.template()));
    let mut env: BTreeMap<_, _> = fields.collect();
    if let Some(site) = site(component, document)? {
        env.insert(KIND.to_owned(), site.kind().name().to_owned());
        env.insert(SITE.to_owned(), site.address().to_owned());
    }
    env.insert(BLOCK.to_owned(), component.id.clone());
    Ok(Executable::built_in(component, SCRIPT, env, TIMEOUT))
}

/// The site of the component that signs in; everybody's forge where its author names a forge only.
pub(super) fn site(component: &Component, document: &Document) -> Result<Option<Site>, NoScript> {
    let asked = asked(component);
    let is_it = |it: &&Component, id: &str| normal_id(&it.id) == normal_id(id);
    let named = named_by(component);
    let sign_in = named.first().and_then(|id| document.components.iter().find(|it| is_it(it, id)));
    let Some(sign_in) = sign_in else { return Ok(asked.map(Site::public)) };
    let Some(kind) = Provider::of(sign_in).and_then(kind_of) else { return Ok(None) };
    if let Some(asked) = asked.filter(|it| *it != kind) {
        let reason = format!(
            "{} opens pull requests at {}, and {} signs in to {}; name one that signs in there",
            component.id,
            asked.name(),
            sign_in.id,
            kind.name(),
        );
        return Err(NoScript::Forge { reason });
    }
    let address = sign_in.text("instanceUrl").or_else(|| sign_in.text("host"));
    let Some(address) = address.filter(|it| !it.is_empty()) else {
        return Ok(Some(Site::public(kind)));
    };
    let invalid = |error| NoScript::Forge { reason: format!("{}: {error}", sign_in.id) };
    Site::new(kind, address).map(Some).map_err(invalid)
}

/// The forge that its author asks for.
fn asked(component: &Component) -> Option<Kind> {
    match component.text("provider") {
        Some("github") => return Some(Kind::GitHub),
        Some("gitlab") => return Some(Kind::GitLab),
        Some(_) | None => {}
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "two of twenty kinds name their forge")]
    match component.kind {
        ComponentKind::GitHubPullRequest => Some(Kind::GitHub),
        ComponentKind::GitLabMergeRequest => Some(Kind::GitLab),
        _ => None,
    }
}

const fn kind_of(provider: Provider) -> Option<Kind> {
    match provider {
        Provider::GitHub => Some(Kind::GitHub),
        Provider::GitLab => Some(Kind::GitLab),
        Provider::Aws | Provider::Google => None,
    }
}

/// The site of an executable, out of its variables. Which forge that is, the script need not know.
pub(super) fn take_site(env: &mut BTreeMap<String, String>) -> Option<Site> {
    let name = env.remove(KIND)?;
    let kind = [Kind::GitHub, Kind::GitLab].into_iter().find(|it| it.name() == name)?;
    Site::new(kind, env.get(SITE)?).ok()
}

/// The user that git shows beside a token, and the variables in which a token may be, the first of which counts.
pub(super) const fn git_user(kind: Kind) -> (&'static str, &'static [&'static str]) {
    match kind {
        Kind::GitHub => ("x-access-token", &["GITHUB_TOKEN", "GH_TOKEN"]),
        Kind::GitLab => ("oauth2", &["GITLAB_TOKEN"]),
    }
}

#[cfg(test)]
mod tests {
    use document::{Syntax, parse_as};
    use template::Form;

    use super::*;

    fn of(text: &str) -> Result<Executable, String> {
        let document = parse_as(text, Syntax::Mdx);
        let component = document.components.iter().find(|it| it.id == "pr").unwrap();
        executable(component, &document).map_err(|it| it.to_string())
    }

    #[test]
    fn the_site_is_that_of_the_component_that_signs_in() {
        for (text, expected) in [
            ("<GitPullRequest id=\"pr\" />", None),
            ("<GitHubPullRequest id=\"pr\" />", Some("https://github.com/")),
            ("<GitPullRequest id=\"pr\" provider=\"gitlab\" />", Some("https://gitlab.com/")),
            (
                "<GitAuth id=\"a-b\" provider=\"gitlab\" instanceUrl=\"https://git.example/lab\" />\n\n\
                 <GitLabMergeRequest id=\"pr\" gitAuthId=\"a_b\" />",
                Some("https://git.example/lab/"),
            ),
            (
                "<GitHubAuth id=\"a\" host=\"git.example\" />\n\n<GitPullRequest id=\"pr\" githubAuthId=\"a\" />",
                Some("https://git.example/"),
            ),
        ] {
            let site = take_site(&mut of(text).unwrap().env);
            assert_eq!(site.as_ref().map(Site::address), expected, "{text}");
        }
    }

    #[test]
    fn a_forge_that_nobody_signs_in_to_is_a_mistake() {
        let said = of("<GitLabAuth id=\"a\" />\n\n<GitHubPullRequest id=\"pr\" gitAuthId=\"a\" />");
        assert!(said.unwrap_err().contains("at GitHub, and a signs in to GitLab"));
        let said = of("<GitAuth id=\"a\" instanceUrl=\"http://git.example\" />\n\n\
                       <GitPullRequest id=\"pr\" gitAuthId=\"a\" />");
        assert!(said.unwrap_err().contains("\"http://git.example\" is no address of a forge"));
    }

    #[test]
    fn the_form_is_filled_in_by_the_document_and_its_lines_are_lines() {
        let text = "<GitPullRequest id=\"pr\" prefilledPullRequestTitle=\"Say {{ .inputs.X }}\" \
                    prefilledPullRequestDescription=\"## Why\\n- so\" prefilledPullRequestLabels={[\"a\", \"b\"]} />";
        let document = parse_as(text, Syntax::Mdx);
        let form = Form::parse(&super::form(&document.components[0]).unwrap());
        assert!(form.is_usable(), "{:?}", form.diagnostics);
        let defaults: Vec<_> =
            form.variables.iter().map(|it| it.default.clone().unwrap()).collect();
        let wanted = [
            json!("Say {{ .inputs.X }}"),
            json!("## Why\n- so"),
            json!(["a", "b"]),
            json!(""),
            json!(""),
        ];
        assert_eq!(defaults, wanted);
        assert!(form.variables[0].is_required() && !form.variables[3].is_required());
    }
    #[test]
    fn hooks_find_no_token_of_a_forge() {
        let taken: Vec<_> = SCRIPT
            .lines()
            .filter_map(|it| it.strip_prefix("  unset "))
            .flat_map(str::split_whitespace)
            .collect();
        for provider in [Provider::GitHub, Provider::GitLab] {
            for name in provider.secret_variables() {
                assert!(taken.contains(name), "{name}");
            }
        }
    }
}
