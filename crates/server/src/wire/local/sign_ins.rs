//! Components that sign in: how it stands with them, and what a reader asks of them. Nothing of a value is said.

use std::collections::BTreeMap;

use engine::local::{
    Checked, Choice, FlowState, LocalSession, Place, Profile, ProfileKind, Provider, Registry,
    SignInMethod, SignedInProgram, Standing,
};
use model::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInBody {
    /// Where the credentials are from; null before anybody has signed in.
    account: Option<String>,
    provider: &'static str,
    host: Option<String>,
    environment: bool,
    profiles: Vec<ProfileBody>,
    default_credentials: Option<String>,
    blocks: Vec<String>,
    /// Whether a program of the provider's may be asked, which takes a moment.
    asks_program: bool,
    /// Whether somebody can sign in on a page of the provider's.
    has_flow: bool,
    flow: Option<FlowBody>,
    check: Option<CheckBody>,
    expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ProfileBody {
    name: String,
    region: Option<String>,
    kind: &'static str,
    /// That keeps its keys.
    program: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum FlowBody {
    Starting,
    Waiting { user_code: Option<String>, link: String, expires_at: Timestamp },
    Choosing { accounts: Vec<AccountBody>, account: Option<String>, roles: Vec<String> },
    Failed { reason: String },
}

#[derive(Serialize)]
struct AccountBody {
    id: String,
    name: String,
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum CheckBody {
    Valid { account: String, scopes: Vec<String> },
    Refused { reason: String },
    Unknown { reason: String },
}

/// Of all components that sign in, by their ids.
pub(super) fn of(session: &LocalSession, registry: &Registry) -> BTreeMap<String, SignInBody> {
    let body = |id: &String| Some((id.clone(), session.standing(id).ok()?.into()));
    registry.sign_ins().keys().filter_map(body).collect()
}

impl From<Standing> for SignInBody {
    fn from(standing: Standing) -> Self {
        let Standing { place, found, has_flow, signed_in, flow } = standing;
        Self {
            account: signed_in.as_ref().map(|it| it.account.clone()),
            provider: match place.provider {
                Provider::Aws => "aws",
                Provider::Google => "google",
                Provider::GitHub => "github",
                Provider::GitLab => "gitlab",
            },
            host: place.host(),
            environment: found.environment,
            profiles: found.profiles.into_iter().map(ProfileBody::from).collect(),
            default_credentials: found.default_credentials,
            blocks: found.blocks,
            asks_program: place.places.contains(&Place::CommandLine),
            has_flow,
            flow: flow.map(FlowBody::from),
            expires_at: signed_in.as_ref().and_then(|it| it.expires_at),
            check: signed_in.and_then(|it| it.checked).map(CheckBody::from),
        }
    }
}

impl From<Profile> for ProfileBody {
    fn from(Profile { name, region, kind }: Profile) -> Self {
        let (kind, program) = match kind {
            ProfileKind::Keys => ("keys", None),
            ProfileKind::Sso => ("sso", None),
            ProfileKind::Process { program } => ("process", Some(program)),
            ProfileKind::Other => ("other", None),
        };
        Self { name, region, kind, program }
    }
}

impl From<FlowState> for FlowBody {
    fn from(state: FlowState) -> Self {
        match state {
            FlowState::Starting => Self::Starting,
            FlowState::Waiting { user_code, link, expires_at } => {
                Self::Waiting { user_code, link, expires_at }
            }
            FlowState::Choosing { accounts, account, roles } => {
                let accounts = accounts.into_iter();
                let accounts = accounts.map(|it| AccountBody { id: it.id, name: it.name });
                Self::Choosing { accounts: accounts.collect(), account, roles }
            }
            FlowState::Failed { reason } => Self::Failed { reason },
        }
    }
}

impl From<Checked> for CheckBody {
    fn from(checked: Checked) -> Self {
        match checked {
            Checked::Valid { account, scopes } => Self::Valid { account, scopes },
            Checked::Refused { reason } => Self::Refused { reason },
            Checked::Unknown { reason } => Self::Unknown { reason },
        }
    }
}

/// A program that is signed in.
#[derive(Serialize)]
pub(crate) struct FoundProgramBody {
    program: &'static str,
    account: Option<String>,
}

impl From<SignedInProgram> for FoundProgramBody {
    fn from(SignedInProgram { program, account }: SignedInProgram) -> Self {
        Self { program, account }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInOrderBody {
    pub(crate) component_id: String,
    #[serde(flatten)]
    method: SignInMethodBody,
}

#[derive(Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
enum SignInMethodBody {
    Environment,
    Profile { name: String },
    Process { name: String },
    CommandLine,
    DefaultCredentials,
    Block { id: String },
    Keys { id: String, secret: String, token: Option<String>, region: Option<String> },
    Token { token: String },
}

impl SignInOrderBody {
    pub(crate) fn method(self) -> SignInMethod {
        match self.method {
            SignInMethodBody::Environment => SignInMethod::Environment,
            SignInMethodBody::Profile { name } => SignInMethod::Profile { name },
            SignInMethodBody::Process { name } => SignInMethod::Process { name },
            SignInMethodBody::CommandLine => SignInMethod::CommandLine,
            SignInMethodBody::DefaultCredentials => SignInMethod::DefaultCredentials,
            SignInMethodBody::Block { id } => SignInMethod::Block { id },
            SignInMethodBody::Keys { id, secret, token, region } => {
                SignInMethod::Keys { id, secret, token, region }
            }
            SignInMethodBody::Token { token } => SignInMethod::Token { token },
        }
    }
}

/// Begins to sign in on a page of the provider's.
#[derive(Deserialize)]
pub(crate) struct FlowOrderBody {
    /// Of AWS, in place of what the document names.
    pub(crate) profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChoiceBody {
    Account(String),
    Role(String),
}

impl From<ChoiceBody> for Choice {
    fn from(body: ChoiceBody) -> Self {
        match body {
            ChoiceBody::Account(id) => Self::Account(id),
            ChoiceBody::Role(name) => Self::Role(name),
        }
    }
}
