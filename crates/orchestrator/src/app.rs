//! The hub's GitHub App: it speaks for repositories that administrators keep for everybody.
//!
//! ```text
//!  --github-app ─▶ HubApp ─▶ a token for one kept repository, when its ground is opened
//!                     └─▶ one webhook ─▶ the kept repositories that a delivery is about
//! ```
//!
//! What the app sees is no way to what it sees: only a repository that an administrator keeps for all, with the app
//! for it, is ever opened with a token of it.

use forge::{
    App, AppKey, Forge, InvalidKey, InvalidSite, Kind, Remote, RepositoryPath, Site, Token,
    webhook::{self, Delivery, Secret, Undeliverable},
};
use http::HeaderMap;
use model::id::EquipmentId;

use crate::{
    agents::{Agents, Hub},
    equipment::{Invalid, Repository},
    ground::{Ground, GroundError, Host},
    webhooks::WebhookError,
};

/// Most repositories of an app that administrators choose from.
const MOST_LISTED: usize = 500;

/// A GitHub App as a hub is started with it.
#[derive(Debug)]
pub struct HubApp {
    app: App,
    api: String,
    /// `None` where nothing is delivered.
    secret: Option<Secret>,
}

/// Why a hub has no such app.
#[derive(Debug, thiserror::Error)]
pub enum InvalidApp {
    #[error(transparent)]
    Key(#[from] InvalidKey),
    #[error(transparent)]
    Site(#[from] InvalidSite),
    #[error("the secret of the app's webhook is empty; choose one, and set the same at the forge")]
    Secret,
}

/// The app, for administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppStanding {
    pub id: u64,
    pub api: String,
    pub webhook_url: String,
    /// By name, and not more than 500.
    pub repositories: Vec<AppRepository>,
}

/// Something that the app is installed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRepository {
    pub address: String,
    pub name: String,
    pub kept: Kept,
}

/// Whether everybody's sessions may work on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Yes,
    No,
}

impl HubApp {
    /// An app by its id, the private key that GitHub gave for it as PEM, where the forge's API is, and what its
    /// webhook is signed with, if it has one.
    ///
    /// # Errors
    ///
    /// When one of these is none.
    pub fn new(id: u64, pem: &str, api: &str, secret: Option<&str>) -> Result<Self, InvalidApp> {
        let site = Site::of_api(Kind::GitHub, api)?;
        let app = App::new(site, AppKey::new(id, pem)?).expect("GitHub has apps");
        let secret = secret.map(|it| Secret::new(it.trim().as_bytes().to_vec()));
        let secret = secret.map(|it| it.ok_or(InvalidApp::Secret)).transpose()?;
        Ok(Self { app, api: api.to_owned(), secret })
    }

    /// A repository at the app's forge, for which it speaks.
    ///
    /// # Errors
    ///
    /// When the address is none, or elsewhere.
    pub fn repository(&self, address: &str) -> Result<Repository, Invalid> {
        let repository = Repository::of_app(address)?;
        match self.path(&repository) {
            Some(_) => Ok(repository),
            None => Err(Invalid::NotOfApp {
                address: repository.address,
                site: self.app.site().address().to_owned(),
            }),
        }
    }

    fn path(&self, repository: &Repository) -> Option<RepositoryPath> {
        self.app.site().repository(&Remote::parse(&repository.address))
    }
}

impl Hub {
    fn app(&self) -> Result<&HubApp, GroundError> {
        self.config.app.as_ref().ok_or(GroundError::NoApp)
    }

    /// What opens a repository that is kept for the app, and its forge.
    pub(crate) async fn app_host(
        &self,
        repository: &Repository,
    ) -> Result<(Token, Host), GroundError> {
        let HubApp { app, .. } = self.app()?;
        let path = app.site().repository(&Remote::parse(&repository.address));
        let path = path.ok_or_else(|| GroundError::Elsewhere {
            address: repository.address.clone(),
            site: app.site().address().to_owned(),
        })?;
        let token = app.token(&path, self.wall_clock()).await?;
        let forge: Box<dyn Forge> = app.site().forge(token.clone())?;
        Ok((token, Host { forge: forge.into(), path }))
    }

    /// Gets another one the next time: an app that was installed anew has other tokens.
    pub(crate) fn forget_app_token(&self, ground: &Ground) {
        if let (Some(HubApp { app, .. }), Some(host)) = (&self.config.app, &ground.host) {
            app.forget(&host.path);
        }
    }

    fn wall_clock(&self) -> jiff::Timestamp {
        let now = self.engine.clock().now().as_millis();
        jiff::Timestamp::from_millisecond(now).unwrap_or_default()
    }
}

impl Agents {
    /// The app that this hub was started with.
    #[must_use]
    pub fn app(&self) -> Option<&HubApp> {
        self.hub().config.app.as_ref()
    }

    /// The app, and what it is installed for; for administrators only. `None` where the hub has none.
    ///
    /// # Errors
    ///
    /// When the forge does not say, or the store fails.
    pub async fn app_standing(&self) -> Result<Option<AppStanding>, GroundError> {
        let Some(HubApp { app, api, .. }) = self.app() else { return Ok(None) };
        let installed = app.installed(self.hub().wall_clock(), MOST_LISTED).await?;
        let kept = self.kept_for_app().await?;
        let repositories = installed.into_iter().map(|it| AppRepository {
            kept: if kept.iter().any(|kept| is_same(&kept.1, &it.path)) {
                Kept::Yes
            } else {
                Kept::No
            },
            name: it.path.to_string(),
            address: it.address,
        });
        Ok(Some(AppStanding {
            id: app.id(),
            api: api.clone(),
            webhook_url: format!("{}/api/forge/webhook/app", self.hub().config.public_url),
            repositories: repositories.collect(),
        }))
    }

    /// Takes a delivery for the app, about whichever repositories of it are kept.
    ///
    /// # Errors
    ///
    /// When the hub has no app with a webhook, it is not signed as it should be, or cannot be worked on.
    pub async fn receive_app_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), WebhookError> {
        let secret = self.app().and_then(|it| it.secret.as_ref());
        let secret = secret.ok_or(Undeliverable::Unsigned)?;
        let delivery = webhook::receive(Kind::GitHub, secret, headers, body)?;
        let Delivery { id, repository: Some(path), event } = delivery else { return Ok(()) };
        let work = async {
            let kept = self.kept_for_app().await?;
            for (repository, _) in kept.into_iter().filter(|it| is_same(&it.1, &path)) {
                self.take(repository, &event).await?;
            }
            Ok(())
        };
        self.once(&format!("app/{id}"), work).await
    }

    /// Repositories that are kept for the app, with their paths at its forge.
    async fn kept_for_app(&self) -> Result<Vec<(EquipmentId, RepositoryPath)>, GroundError> {
        let Some(app) = self.app() else { return Ok(Vec::new()) };
        let all = self.equipment().of_hub::<Repository>().await?;
        let of_app = all.into_iter().filter(|it| it.content.app);
        Ok(of_app.filter_map(|it| Some((it.id, app.path(&it.content)?))).collect())
    }
}

/// GitHub's names are the same in capitals.
fn is_same(one: &RepositoryPath, other: &RepositoryPath) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}
