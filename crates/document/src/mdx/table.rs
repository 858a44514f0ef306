//! The components there are and the props of each. The names, defaults and needs are those of Gruntwork
//! Runbooks v0.21, with `TfModule` of its last release in Go; `language` and `env` of scripts are ours.

use serde::Serialize;

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ComponentKind {
    Check,
    Command,
    Inputs,
    Template,
    TemplateInline,
    Admonition,
    DirPicker,
    GitClone,
    AwsAuth,
    GoogleAuth,
    GitAuth,
    GitHubAuth,
    GitLabAuth,
    GitPullRequest,
    GitHubPullRequest,
    GitLabMergeRequest,
    TfModule,
    /// Another name; it is shown as a notice around its children.
    Unknown,
}

use ComponentKind as Kind;

impl ComponentKind {
    pub(crate) const ALL: [(&'static str, Self); 17] = [
        ("Check", Self::Check),
        ("Command", Self::Command),
        ("Inputs", Self::Inputs),
        ("Template", Self::Template),
        ("TemplateInline", Self::TemplateInline),
        ("Admonition", Self::Admonition),
        ("DirPicker", Self::DirPicker),
        ("GitClone", Self::GitClone),
        ("AwsAuth", Self::AwsAuth),
        ("GoogleAuth", Self::GoogleAuth),
        ("GitAuth", Self::GitAuth),
        ("GitHubAuth", Self::GitHubAuth),
        ("GitLabAuth", Self::GitLabAuth),
        ("GitPullRequest", Self::GitPullRequest),
        ("GitHubPullRequest", Self::GitHubPullRequest),
        ("GitLabMergeRequest", Self::GitLabMergeRequest),
        ("TfModule", Self::TfModule),
    ];

    pub(crate) fn from_name(name: &str) -> Self {
        let found = Self::ALL.iter().find(|it| it.0 == name);
        found.map_or(Self::Unknown, |it| it.1)
    }

    /// Whether a click on it runs a script of the document's author.
    #[must_use]
    pub const fn is_script(self) -> bool {
        matches!(self, Self::Check | Self::Command)
    }

    /// Whether a click on it opens a pull request, whatever its forge calls that.
    #[must_use]
    pub const fn opens_pull_requests(self) -> bool {
        matches!(self, Self::GitPullRequest | Self::GitHubPullRequest | Self::GitLabMergeRequest)
    }

    /// Whether what is between its tags is prose.
    #[must_use]
    pub const fn holds_prose(self) -> bool {
        matches!(self, Self::Admonition | Self::Unknown)
    }

    /// Whether other components may name its id for inputs.
    #[must_use]
    pub const fn gives_inputs(self) -> bool {
        matches!(self, Self::Inputs | Self::Template | Self::TfModule)
    }

    /// Whether templates may name its outputs.
    #[must_use]
    pub const fn gives_outputs(self) -> bool {
        !matches!(
            self,
            Self::Inputs | Self::Template | Self::TemplateInline | Self::Admonition | Self::Unknown
        )
    }

    pub(crate) const fn has_id(self) -> bool {
        !matches!(self, Self::Admonition | Self::Unknown)
    }
}

/// One prop of a component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PropRule {
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    pub(crate) need: Need,
    /// The value without one, in JSON.
    pub(crate) default: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Without it the component does not work.
    Required,
    /// Without it the component works, less well.
    Wanted,
    Optional,
}

/// What a prop takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    /// A template that is shown, with what is missing left as it is written.
    Shown,
    /// A template without whose values the component does nothing.
    Filled,
    /// A program, which is a template as well; template literals keep their backslashes.
    Script,
    Flag,
    Number,
    /// Strings, in a list.
    Texts,
    Object,
    /// Names of environment variables, each with a template for its value.
    Environment,
    Choice(&'static [&'static str]),
    /// `false`, or a list of where to look for credentials.
    Detection,
    /// The id of another component.
    Id(Target),
    /// One id or a list of them.
    Ids(Target),
}

/// What an id must belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Inputs,
    Aws,
    Google,
    GitHub,
    Git,
    Clone,
}

impl Target {
    pub(crate) fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Inputs => kind.gives_inputs(),
            Self::Aws => kind == Kind::AwsAuth,
            Self::Google => kind == Kind::GoogleAuth,
            Self::GitHub => matches!(kind, Kind::GitHubAuth | Kind::GitAuth),
            Self::Git => matches!(kind, Kind::GitHubAuth | Kind::GitLabAuth | Kind::GitAuth),
            Self::Clone => kind == Kind::GitClone,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inputs => "Inputs, a Template or a TfModule",
            Self::Aws => "an AwsAuth",
            Self::Google => "a GoogleAuth",
            Self::GitHub => "a GitHubAuth or a GitAuth",
            Self::Git => "a GitAuth",
            Self::Clone => "a GitClone",
        }
    }
}

const fn prop(name: &'static str, holds: Holds) -> PropRule {
    PropRule { name, holds, need: Need::Optional, default: None }
}

const fn or(name: &'static str, holds: Holds, default: &'static str) -> PropRule {
    PropRule { name, holds, need: Need::Optional, default: Some(default) }
}

const fn required(name: &'static str, holds: Holds) -> PropRule {
    PropRule { name, holds, need: Need::Required, default: None }
}

const fn wanted(name: &'static str, holds: Holds) -> PropRule {
    PropRule { name, holds, need: Need::Wanted, default: None }
}

const INPUTS_ID: PropRule = prop("inputsId", Holds::Ids(Target::Inputs));
const TARGET: PropRule = or("target", Holds::Choice(&["generated", "worktree"]), "\"generated\"");
const PROVIDER: Holds = Holds::Choice(&["github", "gitlab"]);

/// Of whatever has a card of its own.
const ABOUT: &[PropRule] = &[
    required("id", Holds::Text),
    prop("title", Holds::Shown),
    prop("description", Holds::Shown),
    INPUTS_ID,
];

const SCRIPT: &[PropRule] = &[
    required("id", Holds::Text),
    prop("description", Holds::Shown),
    INPUTS_ID,
    prop("command", Holds::Script),
    prop("path", Holds::Text),
    prop("language", Holds::Text),
    prop("env", Holds::Environment),
    prop("awsAuthId", Holds::Id(Target::Aws)),
    prop("githubAuthId", Holds::Id(Target::GitHub)),
    prop("gitAuthId", Holds::Id(Target::Git)),
    prop("googleAuthId", Holds::Id(Target::Google)),
    or("successMessage", Holds::Shown, "\"Success\""),
    or("failMessage", Holds::Shown, "\"Failed\""),
    or("usePty", Holds::Flag, "true"),
    or("timeoutMs", Holds::Number, "300000"),
];

const CHECK: &[PropRule] = &[
    wanted("title", Holds::Shown),
    or("warnMessage", Holds::Shown, "\"Warning\""),
    or("runningMessage", Holds::Shown, "\"Checking...\""),
];

const COMMAND: &[PropRule] =
    &[prop("title", Holds::Shown), or("runningMessage", Holds::Shown, "\"Running...\"")];

const INPUTS: &[PropRule] = &[
    required("id", Holds::Text),
    prop("path", Holds::Text),
    prop("prefilledVariables", Holds::Object),
];

const TEMPLATE: &[PropRule] =
    &[required("id", Holds::Text), required("path", Holds::Text), INPUTS_ID, TARGET];

const TEMPLATE_INLINE: &[PropRule] = &[
    required("id", Holds::Text),
    INPUTS_ID,
    prop("outputPath", Holds::Filled),
    or("generateFile", Holds::Flag, "false"),
    TARGET,
];

const ADMONITION: &[PropRule] = &[
    required("type", Holds::Choice(&["note", "info", "warning", "danger"])),
    prop("title", Holds::Shown),
    prop("description", Holds::Shown),
    or("closable", Holds::Flag, "false"),
    prop("confirmationText", Holds::Shown),
    or("allowPermanentHide", Holds::Flag, "false"),
    prop("storageKey", Holds::Text),
    INPUTS_ID,
    prop("className", Holds::Text),
];

const DIR_PICKER: &[PropRule] = &[
    prop("rootDir", Holds::Filled),
    prop("gitCloneId", Holds::Id(Target::Clone)),
    prop("dirLabels", Holds::Texts),
    or("dirLabelsExtra", Holds::Flag, "false"),
    or("pathLabel", Holds::Shown, "\"Target Path\""),
    prop("pathLabelDescription", Holds::Shown),
];

const GIT_CLONE: &[PropRule] = &[
    prop("githubAuthId", Holds::Id(Target::GitHub)),
    prop("gitAuthId", Holds::Id(Target::Git)),
    prop("prefilledUrl", Holds::Filled),
    prop("prefilledRef", Holds::Filled),
    prop("prefilledRepoPath", Holds::Filled),
    prop("prefilledLocalPath", Holds::Filled),
    prop("prefilledRepoDir", Holds::Filled),
    or("usePty", Holds::Flag, "true"),
    or("showFileTree", Holds::Flag, "true"),
    or("source", Holds::Choice(&["clone", "local"]), "\"clone\""),
    or("hideSourceSelect", Holds::Flag, "false"),
];

const AWS_AUTH: &[PropRule] = &[
    or("defaultRegion", Holds::Text, "\"us-east-1\""),
    or("detectCredentials", Holds::Detection, "[\"env\"]"),
    prop("ssoStartUrl", Holds::Text),
    prop("ssoRegion", Holds::Text),
    prop("ssoAccountId", Holds::Text),
    prop("ssoRoleName", Holds::Text),
];

const GOOGLE_AUTH: &[PropRule] = &[
    prop("project", Holds::Text),
    prop("defaultRegion", Holds::Text),
    prop("defaultZone", Holds::Text),
    prop("gcloudConfiguration", Holds::Text),
    prop("scopes", Holds::Texts),
    prop("oauthClientId", Holds::Text),
    prop("oauthClientSecret", Holds::Text),
    prop("oauthClientFile", Holds::Text),
    or("detectCredentials", Holds::Detection, "[\"env\", \"adc\"]"),
];

const GIT_AUTH: &[PropRule] = &[
    prop("provider", PROVIDER),
    or("hideProviderSelect", Holds::Flag, "false"),
    prop("instanceUrl", Holds::Text),
    prop("host", Holds::Text),
    prop("oauthClientId", Holds::Text),
    or("oauthScopes", Holds::Texts, "[\"repo\"]"),
    or("detectCredentials", Holds::Detection, "[\"env\", \"cli\"]"),
];

const PULL_REQUEST: &[PropRule] = &[
    prop("provider", PROVIDER),
    prop("gitAuthId", Holds::Id(Target::Git)),
    prop("githubAuthId", Holds::Id(Target::GitHub)),
    prop("prefilledPullRequestTitle", Holds::Filled),
    prop("prefilledPullRequestDescription", Holds::Filled),
    prop("prefilledPullRequestLabels", Holds::Texts),
    prop("prefilledBranchName", Holds::Filled),
    prop("prefilledCommitMessage", Holds::Filled),
];

const TF_MODULE: &[PropRule] = &[required("id", Holds::Text), required("source", Holds::Text)];

/// The props of a component; none of an unknown one.
pub(crate) fn rules(kind: Kind) -> impl Iterator<Item = &'static PropRule> {
    let parts: [&'static [PropRule]; 2] = match kind {
        Kind::Check => [SCRIPT, CHECK],
        Kind::Command => [SCRIPT, COMMAND],
        Kind::Inputs => [INPUTS, &[]],
        Kind::Template => [TEMPLATE, &[]],
        Kind::TemplateInline => [TEMPLATE_INLINE, &[]],
        Kind::Admonition => [ADMONITION, &[]],
        Kind::DirPicker => [ABOUT, DIR_PICKER],
        Kind::GitClone => [ABOUT, GIT_CLONE],
        Kind::AwsAuth => [ABOUT, AWS_AUTH],
        Kind::GoogleAuth => [ABOUT, GOOGLE_AUTH],
        Kind::GitAuth | Kind::GitHubAuth | Kind::GitLabAuth => [ABOUT, GIT_AUTH],
        Kind::GitPullRequest | Kind::GitHubPullRequest | Kind::GitLabMergeRequest => {
            [ABOUT, PULL_REQUEST]
        }
        Kind::TfModule => [TF_MODULE, &[]],
        Kind::Unknown => [&[], &[]],
    };
    parts.into_iter().flatten()
}

pub(crate) fn rule(kind: Kind, name: &str) -> Option<&'static PropRule> {
    rules(kind).find(|it| it.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_default_is_a_value_that_its_prop_takes() {
        for (name, kind) in ComponentKind::ALL {
            assert_eq!(ComponentKind::from_name(name), kind);
            let mut names = HashSet::new();
            for it in rules(kind) {
                assert!(names.insert(it.name), "{name} has {} twice", it.name);
                let Some(default) = it.default else { continue };
                let value: serde_json::Value = serde_json::from_str(default).unwrap();
                let taken = super::super::props::taken(&value, it.holds);
                assert_eq!(taken.as_ref(), Ok(&value), "{name} {}", it.name);
            }
            assert_eq!(names.contains("id"), kind.has_id(), "{name}");
        }
    }
}
