//! Signing in on a provider's page: what the reader is shown meanwhile, and what they may choose.
//!
//! ```text
//!   asked ─▶ Waiting (code, link) ─▶ Choosing (AWS: account, role) ─▶ signed in
//!      └──────────┴──────────────────────┴──▶ Failed, or cancelled
//! ```
//!
//! The codes and tokens of a flow stay in its task; what is shown of it opens nothing for whoever sees it.

use std::{collections::BTreeMap, path::PathBuf};

use model::time::Timestamp;
use tokio::sync::mpsc;

use super::{
    AwsProfiles, Details, Forge, Google, Provider, Providers, SignIn, SignInError, SignedIn,
    aws_sso::{Sso, SsoAccount, SsoToken, cached},
    device::{FlowError, Invitation, Waiting},
    line::Line,
};
use crate::Clock;

/// How long somebody may take to agree in a browser.
const LIFE: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// What a reader sees of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowState {
    /// The provider is asked for a code.
    Starting,
    /// The reader opens the link, and enters the code where there is one.
    Waiting {
        user_code: Option<String>,
        link: String,
        expires_at: Timestamp,
    },
    /// AWS gives them several accounts, or several roles in the one that they chose.
    Choosing {
        accounts: Vec<SsoAccount>,
        account: Option<String>,
        roles: Vec<String>,
    },
    Failed {
        reason: String,
    },
}

/// What a reader chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Account(String),
    Role(String),
}

/// What a flow is for, as it was when somebody began it.
#[derive(Debug)]
pub(in crate::local) struct Flow {
    place: SignIn,
    env: BTreeMap<String, String>,
    providers: Providers,
    clock: Clock,
    /// In place of what the document names.
    sso: Option<Sso>,
}

/// Where a flow shows its state, and hears what was chosen.
pub(in crate::local) struct Act<F> {
    pub(in crate::local) show: F,
    /// Only what was offered.
    pub(in crate::local) choices: mpsc::Receiver<Choice>,
}

impl FlowState {
    /// Whether that can be chosen now.
    pub(in crate::local) fn offers(&self, choice: &Choice) -> bool {
        match (self, choice) {
            (Self::Choosing { accounts, account: None, .. }, Choice::Account(id)) => {
                accounts.iter().any(|it| it.id == *id)
            }
            (Self::Choosing { account: Some(_), roles, .. }, Choice::Role(name)) => {
                roles.contains(name)
            }
            (
                Self::Starting | Self::Waiting { .. } | Self::Choosing { .. } | Self::Failed { .. },
                _,
            ) => false,
        }
    }
}

impl SignIn {
    /// Whether somebody can sign in on a page of the provider's.
    #[must_use]
    pub fn has_flow(&self, env: &BTreeMap<String, String>) -> bool {
        match &self.details {
            Details::Aws { sso } => sso.is_some(),
            Details::Google(google) => google.has_flow(),
            Details::Forge(forge) => forge.has_flow(env),
        }
    }
}

impl Flow {
    /// `profile` is one of AWS that names an instance of IAM Identity Center.
    pub(in crate::local) fn new(
        place: &SignIn,
        profile: Option<&str>,
        (env, profiles): (&BTreeMap<String, String>, &AwsProfiles),
        (providers, clock): (&Providers, &Clock),
    ) -> Result<Self, SignInError> {
        let mut place = place.clone();
        let sso = match (&place.details, profile) {
            (Details::Aws { .. }, Some(name)) => Some(profiles.sso(name)?),
            (Details::Aws { sso }, None) => Some(*sso.clone().ok_or(SignInError::NoSso)?),
            (Details::Google(_) | Details::Forge(_), _) => None,
        };
        if let Some(region) = profile.and_then(|it| profiles.region(it)) {
            place.default_region = region.to_owned();
        }
        let (env, providers, clock) = (env.clone(), providers.clone(), clock.clone());
        Ok(Self { place, env, providers, clock, sso })
    }

    pub(in crate::local) async fn run<F: Fn(FlowState) + Send + Sync>(
        &self,
        act: &mut Act<F>,
    ) -> Result<SignedIn, SignInError> {
        let line = Line::open(&self.providers).map_err(FlowError::from)?;
        match (&self.place.details, &self.sso) {
            (Details::Forge(forge), _) => self.of_forge(&line, forge, act).await,
            (Details::Google(google), _) => self.of_google(&line, google, act).await,
            (Details::Aws { .. }, Some(sso)) => self.of_sso(&line, sso, act).await,
            (Details::Aws { .. }, None) => Err(SignInError::NoSso),
        }
    }

    async fn of_forge<F: Fn(FlowState) + Send + Sync>(
        &self,
        line: &Line,
        forge: &Forge,
        act: &Act<F>,
    ) -> Result<SignedIn, SignInError> {
        let invited = forge.invite(line, &self.env).await?;
        let granted = self.granted(line, invited, act).await?;
        let token = granted["access_token"].as_str().filter(|it| !it.is_empty());
        let refused = || FlowError::Refused { host: forge.host(), said: "it gave no token".into() };
        let mut signed_in = forge.signed_in(token.ok_or_else(refused)?, "sign-in page");
        let life = granted["expires_in"].as_u64().map(std::time::Duration::from_secs);
        signed_in.expires_at = life.map(|it| self.clock.now().after(it));
        Ok(signed_in)
    }

    async fn of_google<F: Fn(FlowState) + Send + Sync>(
        &self,
        line: &Line,
        google: &Google,
        act: &Act<F>,
    ) -> Result<SignedIn, SignInError> {
        let asked = google.ask(line, &self.env).await?;
        let expires_at = self.clock.now().after(LIFE);
        (act.show)(FlowState::Waiting { user_code: None, link: asked.link.clone(), expires_at });
        let granted = asked.granted(line, google, || self.clock.now());
        tokio::time::timeout(LIFE, granted).await.map_err(|_| FlowError::Expired)?
    }

    async fn of_sso<F: Fn(FlowState) + Send + Sync>(
        &self,
        line: &Line,
        sso: &Sso,
        act: &mut Act<F>,
    ) -> Result<SignedIn, SignInError> {
        let home = self.env.get("HOME").map(PathBuf::from);
        let kept = home.and_then(|it| cached(&it, &sso.start_url, self.clock.now()));
        let token = match kept {
            Some(token) => token,
            None => {
                let granted = self.granted(line, sso.invite(line).await?, act).await?;
                let token = granted["accessToken"].as_str().filter(|it| !it.is_empty());
                let host = Provider::Aws.name().to_owned();
                let refused = || FlowError::Refused { host, said: "it gave no token".into() };
                SsoToken::new(token.ok_or_else(refused)?.to_owned())
            }
        };
        let account = match &sso.account {
            Some(account) => account.clone(),
            None => account(sso.accounts(line, &token).await?, act).await?,
        };
        let role = match &sso.role {
            Some(role) => role.clone(),
            None => role(sso.roles(line, &token, &account).await?, &account, act).await?,
        };
        sso.keys(line, &token, (&account, &role), &self.place.default_region).await
    }

    async fn granted<F: Fn(FlowState) + Send + Sync>(
        &self,
        line: &Line,
        (invitation, waiting): (Invitation, Waiting),
        act: &Act<F>,
    ) -> Result<serde_json::Value, FlowError> {
        let Invitation { user_code, link, life } = invitation;
        let (user_code, expires_at) = (Some(user_code), self.clock.now().after(life));
        (act.show)(FlowState::Waiting { user_code, link, expires_at });
        waiting.granted(line).await
    }
}

/// The account that somebody has, or chooses of several.
async fn account<F: Fn(FlowState)>(
    accounts: Vec<SsoAccount>,
    act: &mut Act<F>,
) -> Result<String, FlowError> {
    if let [only] = &accounts[..] {
        return Ok(only.id.clone());
    }
    if accounts.is_empty() {
        return Err(FlowError::NothingToChoose { what: "account" });
    }
    (act.show)(FlowState::Choosing { accounts, account: None, roles: Vec::new() });
    match act.choices.recv().await {
        Some(Choice::Account(id)) => Ok(id),
        Some(Choice::Role(_)) | None => Err(FlowError::Expired),
    }
}

/// The role that somebody has in an account, or chooses of several.
async fn role<F: Fn(FlowState)>(
    roles: Vec<String>,
    account: &str,
    act: &mut Act<F>,
) -> Result<String, FlowError> {
    if let [only] = &roles[..] {
        return Ok(only.clone());
    }
    if roles.is_empty() {
        return Err(FlowError::NothingToChoose { what: "role" });
    }
    let account = Some(account.to_owned());
    (act.show)(FlowState::Choosing { accounts: Vec::new(), account, roles });
    match act.choices.recv().await {
        Some(Choice::Role(name)) => Ok(name),
        Some(Choice::Account(_)) | None => Err(FlowError::Expired),
    }
}
