//! Signing in to clouds and forges, for the scripts that name it and no others.
//!
//! ```text
//!   environment ─┐
//!   profile ─────┼─▶ SignedIn ─▶ variables of scripts whose `awsAuthId` and the like name the component
//!   typed keys ──┘      └──────▶ what hides them in what those print
//! ```
//!
//! A document that signs in to a provider takes that provider's variables from every script that does not
//! name the component, and what a script leaves never carries them on. Nothing of a value is said again.

mod aws;
mod method;

use std::{collections::BTreeMap, fmt};

use document::{Component, ComponentKind};
use serde_json::Value;

pub(super) use self::method::Surroundings;
pub use self::{
    aws::{AwsProfiles, Profile},
    method::{Found, SignInMethod},
};
use crate::secrets::SecretText;

/// Whom a component signs in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    Aws,
    Google,
    GitHub,
    GitLab,
}

/// The props with which a script names a component that signs in.
const NAMING: [&str; 4] = ["awsAuthId", "googleAuthId", "githubAuthId", "gitAuthId"];

/// What signing in gave.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub provider: Provider,
    /// Whose it is, as far as that is known, for people. Holds nothing secret.
    pub account: String,
    variables: BTreeMap<String, SecretText>,
    /// Variables beside them that are no secret, such as a region.
    settings: BTreeMap<String, String>,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedIn({:?}, {})", self.provider, self.account)
    }
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    #[error("{component} signs nobody in; name an AwsAuth, a GoogleAuth or a GitAuth")]
    NoComponent { component: String },
    #[error("the environment has no {}; set what is missing before runbook starts, or sign in otherwise", names.join(" and "))]
    NotInEnvironment { names: Vec<String> },
    #[error("there is no profile {name:?} in ~/.aws; choose one of those that are listed")]
    NoProfile { name: String },
    #[error("profile {name:?} has no keys: {reason}")]
    NoKeys { name: String, reason: &'static str },
    #[error("{field} {reason}")]
    Value { field: &'static str, reason: &'static str },
    #[error("this is no way to sign in to {provider}; use {ways}")]
    Way { provider: &'static str, ways: &'static str },
}

impl Provider {
    /// Of a component that signs in. A `GitAuth` without a provider means GitHub.
    #[must_use]
    pub fn of(component: &Component) -> Option<Self> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "five of twenty kinds sign in")]
        match component.kind {
            ComponentKind::AwsAuth => Some(Self::Aws),
            ComponentKind::GoogleAuth => Some(Self::Google),
            ComponentKind::GitHubAuth => Some(Self::GitHub),
            ComponentKind::GitLabAuth => Some(Self::GitLab),
            ComponentKind::GitAuth => match component.text("provider") {
                Some("gitlab") => Some(Self::GitLab),
                Some(_) | None => Some(Self::GitHub),
            },
            _ => None,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Google => "Google Cloud",
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
        }
    }

    /// Variables that prove who one is, as the provider's own tools and Gruntwork Runbooks read them.
    #[must_use]
    pub const fn secret_variables(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
            Self::Google => &[
                "GOOGLE_OAUTH_ACCESS_TOKEN",
                "CLOUDSDK_AUTH_ACCESS_TOKEN",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "GOOGLE_CREDENTIALS",
            ],
            Self::GitHub => &["RUNBOOKS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
            Self::GitLab => &["RUNBOOKS_GITLAB_TOKEN", "GITLAB_TOKEN"],
        }
    }
}

impl SignedIn {
    fn new(provider: Provider, account: String, variables: &[(&str, &str)]) -> Self {
        let variable =
            |&(name, value): &(&str, &str)| (name.to_owned(), SecretText::new(value.to_owned()));
        let variables = variables.iter().map(variable).collect();
        Self { provider, account, variables, settings: BTreeMap::new() }
    }

    /// For the environment of a script that names the component.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let secrets =
            self.variables.iter().map(|(name, it)| (name.clone(), it.reveal().to_owned()));
        secrets.chain(self.settings.clone())
    }
}

/// A component that signs in, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub provider: Provider,
    /// Of AWS, where nothing else says one.
    pub default_region: String,
    /// What may stand before the names of variables; empty where the environment is not to be used.
    pub prefixes: Vec<String>,
}

impl SignIn {
    pub(super) fn of(component: &Component) -> Option<Self> {
        let provider = Provider::of(component)?;
        let places = component.props.get("detectCredentials").and_then(Value::as_array);
        let prefix = |place: &Value| match place.as_str() {
            Some("env") => Some(String::new()),
            Some(_) => None,
            None => Some(place.get("env")?.get("prefix")?.as_str()?.to_owned()),
        };
        let prefixes = places.into_iter().flatten().filter_map(prefix).collect();
        let default_region = component.text("defaultRegion").unwrap_or_default().to_owned();
        Some(Self { provider, default_region, prefixes })
    }
}

/// Everything that anybody signed in with.
pub(super) fn secrets(signed_in: &BTreeMap<String, SignedIn>) -> impl Iterator<Item = &SecretText> {
    signed_in.values().flat_map(|it| it.variables.values())
}

/// The components that a script names to be signed in.
pub(super) fn named_by(script: &Component) -> Vec<String> {
    NAMING.iter().filter_map(|it| script.text(it)).map(str::to_owned).collect()
}
