//! A GitHub App: a key that stands for an app, and the tokens that it is given for single repositories.
//!
//! ```text
//!  AppKey ─▶ JWT, for nine minutes ─▶ installation of a repository ─▶ Token: an hour, this repository, these permissions
//!                                                                      kept, and renewed before it ends
//! ```

mod installed;
mod key;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as SyncMutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

pub use installed::InstalledRepository;
pub use key::{AppKey, InvalidKey};

use crate::{
    ForgeError, Kind, RepositoryPath, Site, Token,
    api::{Api, Ask},
};

/// How long before its end a token is not given out any more: a push must be through by then.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// An app that is installed in repositories, and the tokens that it has.
#[derive(Debug)]
pub struct App {
    site: Site,
    key: AppKey,
    /// Each behind a lock of its own, so that whoever asks meanwhile waits for the same token.
    tokens: SyncMutex<HashMap<RepositoryPath, Arc<Mutex<Option<Issued>>>>>,
}

#[derive(Clone, Debug)]
struct Issued {
    token: Token,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct InstallationBody {
    id: u64,
}

#[derive(Deserialize)]
struct TokenBody {
    token: String,
    expires_at: Timestamp,
}

/// What sessions need, and no more.
fn permissions() -> Value {
    json!({
        "actions": "read",
        "checks": "read",
        "contents": "write",
        "issues": "write",
        "metadata": "read",
        "pull_requests": "write",
        "statuses": "read",
    })
}

impl App {
    /// `None` where the site is no GitHub: nothing else has apps.
    #[must_use]
    pub fn new(site: Site, key: AppKey) -> Option<Self> {
        let tokens = SyncMutex::default();
        (site.kind() == Kind::GitHub).then_some(Self { site, key, tokens })
    }

    #[must_use]
    pub const fn id(&self) -> u64 {
        self.key.id()
    }

    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// A token for this repository alone that is good for at least ten minutes from now on.
    ///
    /// # Errors
    ///
    /// When the app is not installed there, lacks a permission, or GitHub does not answer.
    pub async fn token(&self, path: &RepositoryPath, now: Timestamp) -> Result<Token, ForgeError> {
        let held = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.entry(path.clone()).or_default())
        };
        let mut held = held.lock().await;
        if let Some(issued) = held.as_ref().filter(|it| it.expires_at.duration_since(now) > MARGIN)
        {
            return Ok(issued.token.clone());
        }
        let issued = self.issue(path, now).await?;
        Ok(held.insert(issued).token.clone())
    }

    /// No longer gives out what it has for a repository, after the forge did not take it.
    pub fn forget(&self, path: &RepositoryPath) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    async fn issue(&self, path: &RepositoryPath, now: Timestamp) -> Result<Issued, ForgeError> {
        let host = || self.site.host().to_owned();
        let what = format!("installation of app {} in {path}", self.key.id());
        let Some([owner, name]) = path.pair() else {
            return Err(ForgeError::NotFound { host: host(), what });
        };
        let api = Api::new(&self.site, self.key.jwt(now))?;
        let segments = ["repos", owner, name, "installation"];
        let InstallationBody { id } = api.ask(Ask::of(&segments, what.clone())).await?;
        let id = id.to_string();
        let segments = ["app", "installations", &id, "access_tokens"];
        let body = json!({ "repositories": [name], "permissions": permissions() });
        let ask = Ask::of(&segments, what).send(Method::POST, body);
        let TokenBody { token, expires_at } = api.ask(ask).await?;
        Ok(Issued { token: Token::new(token), expires_at })
    }
}
