//! Signing in to clouds and forges, for the scripts that name it and no others.
//!
//! ```text
//!   environment, profile ─┐
//!   program, typed keys ──┼─▶ SignedIn ─▶ variables of scripts whose `awsAuthId` and the like name the component
//!   provider's page ──────┘      ├──────▶ what hides them in what those print
//!                                └──────▶ the provider, which is asked whether they count
//! ```
//!
//! A document that signs in to a provider takes that provider's variables from every script that does not
//! name the component, and what a script leaves never carries them on. Nothing of a value is said again.

mod aws;
mod aws_sso;
mod check;
mod cli;
mod device;
mod flow;
mod forge;
mod google;
mod line;
mod loopback;
mod method;
mod signature;

use std::{collections::BTreeMap, fmt};

use document::{Component, ComponentKind};
use model::time::Timestamp;
use serde_json::Value;

pub use self::{
    aws::{AwsProfiles, Profile, ProfileKind},
    aws_sso::{Sso, SsoAccount},
    check::Checked,
    cli::SignedInProgram,
    device::FlowError,
    flow::{Choice, FlowState},
    forge::Forge,
    google::Google,
    line::{Providers, Unanswered},
    method::{Found, SignInMethod},
};
use self::{check::Finding, line::Line};
pub(super) use self::{
    cli::Runner,
    flow::{Act, Flow},
    method::Surroundings,
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
    /// Variables beside them that are no secret, such as a region. They are the component's outputs, too.
    settings: BTreeMap<String, String>,
    /// When it counts no more, where that is known.
    pub expires_at: Option<Timestamp>,
    /// What the provider said of it, once it was asked.
    pub checked: Option<Checked>,
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
    #[error("the document does not look there for credentials; its detectCredentials says where")]
    NoPlace,
    #[error(
        "the environment has no token for {host}; if the one that it has is for that host, name it in GH_HOST or GITLAB_HOST"
    )]
    NotForHost { host: String },
    #[error("{block} has given no credentials; run it first")]
    NoOutputs { block: String },
    #[error("{program} is not signed in to {host} on this machine, or did not say so within 5 s")]
    NotSignedIn { program: &'static str, host: String },
    #[error("{host:?} is no host of a forge; write https://HOST, without a password")]
    Host { host: String },
    #[error("{region:?} is no region of AWS")]
    Region { region: String },
    #[error("nobody can sign in on a page of {provider} here; the document names no {prop}")]
    NoClient { provider: &'static str, prop: &'static str },
    #[error("{path} is no OAuth client of Google's for desktop apps")]
    ClientFile { path: String },
    #[error("the document names no ssoStartUrl and ssoRegion; choose a profile that does")]
    NoSso,
    #[error("there is nothing to choose for {component} now")]
    NoChoice { component: String },
    #[error("nobody is signed in with {component}")]
    Nobody { component: String },
    #[error("{reason}")]
    Refused { reason: String },
    #[error("no program can be started: {reason}")]
    Unavailable { reason: String },
    #[error(transparent)]
    Flow(#[from] FlowError),
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
                "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
                "GOOGLE_CREDENTIALS",
            ],
            Self::GitHub => &[
                "RUNBOOKS_GITHUB_TOKEN",
                "GITHUB_TOKEN",
                "GH_TOKEN",
                "GH_ENTERPRISE_TOKEN",
                "GITHUB_ENTERPRISE_TOKEN",
            ],
            Self::GitLab => &["RUNBOOKS_GITLAB_TOKEN", "GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN"],
        }
    }
}

impl SignedIn {
    fn new(provider: Provider, account: String, variables: &[(&str, &str)]) -> Self {
        let mut signed_in = Self {
            provider,
            account,
            variables: BTreeMap::new(),
            settings: BTreeMap::new(),
            expires_at: None,
            checked: None,
        };
        for (name, value) in variables {
            signed_in.hide(name, value);
        }
        signed_in
    }

    /// Adds a variable that is hidden.
    fn hide(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), SecretText::new(value.to_owned()));
    }

    /// Adds variables that are no secret.
    fn set(&mut self, names: &[&str], value: &str) {
        self.settings.extend(names.iter().map(|it| ((*it).to_owned(), value.to_owned())));
    }

    fn secret(&self, name: &str) -> Option<&SecretText> {
        self.variables.get(name)
    }

    /// For the environment of a script that names the component.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let secrets =
            self.variables.iter().map(|(name, it)| (name.clone(), it.reveal().to_owned()));
        secrets.chain(self.settings.clone())
    }

    /// What templates find of it, which holds nothing secret.
    pub(super) fn outputs(&self) -> BTreeMap<String, String> {
        let mut outputs = self.settings.clone();
        outputs.insert("__AUTHENTICATED".to_owned(), "true".to_owned());
        outputs
    }

    /// Asks the provider whether it counts, and whose it is. What a provider says of it goes with it from then on.
    pub(super) async fn check(&mut self, providers: &Providers, place: &SignIn, now: Timestamp) {
        let finding = match Line::open(providers) {
            Ok(line) => check::check(&line, place, self, now).await,
            Err(error) => Finding::from(error),
        };
        if let Checked::Valid { account, .. } = &finding.checked {
            match self.provider {
                Provider::GitHub => self.set(&["GITHUB_USER"], account),
                Provider::GitLab => self.set(&["GITLAB_USER"], account),
                Provider::Google if account.is_empty() => {}
                Provider::Google => self.set(&["CLOUDSDK_CORE_ACCOUNT"], account),
                Provider::Aws => {}
            }
        }
        self.expires_at = finding.expires_at.or(self.expires_at);
        self.checked = Some(finding.checked);
    }
}

/// A component that signs in, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub provider: Provider,
    /// Of AWS, where nothing else says one.
    pub default_region: String,
    /// Where to look for credentials, the best place first.
    pub places: Vec<Place>,
    pub details: Details,
}

/// Where credentials may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the environment, behind a prefix of their names.
    Environment { prefix: String },
    /// With the provider's own program.
    CommandLine,
    /// In the file of Google's default credentials.
    DefaultCredentials,
    /// In the outputs of another component.
    Block { id: String },
}

/// What is said of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Details {
    Aws { sso: Option<Box<Sso>> },
    Google(Box<Google>),
    Forge(Forge),
}

impl SignIn {
    pub(super) fn of(component: &Component) -> Option<Self> {
        let provider = Provider::of(component)?;
        let places = component.props.get("detectCredentials").and_then(Value::as_array);
        let places = places.into_iter().flatten().filter_map(Place::read).collect();
        let default_region = component.text("defaultRegion").unwrap_or_default().to_owned();
        let details = match provider {
            Provider::Aws => Details::Aws { sso: Sso::of(component).map(Box::new) },
            Provider::Google => Details::Google(Box::new(Google::of(component))),
            Provider::GitHub | Provider::GitLab => Details::Forge(Forge::of(component, provider)),
        };
        Some(Self { provider, default_region, places, details })
    }

    /// The host that it signs in to, where that is not the same for everybody.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        match &self.details {
            Details::Forge(forge) => Some(forge.host()),
            Details::Aws { .. } | Details::Google(_) => None,
        }
    }
}

impl Place {
    fn read(place: &Value) -> Option<Self> {
        match place.as_str() {
            Some("env") => Some(Self::Environment { prefix: String::new() }),
            Some("cli" | "gcloud") => Some(Self::CommandLine),
            Some("adc") => Some(Self::DefaultCredentials),
            Some(_) => None,
            None => {
                let text = |it: &Value| it.as_str().map(str::to_owned);
                let prefix = place.get("env").and_then(|it| text(it.get("prefix")?));
                let id = place.get("block").and_then(text);
                let block = id.map(|id| Self::Block { id });
                prefix.map(|prefix| Self::Environment { prefix }).or(block)
            }
        }
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
