//! What a session's work stands on: its repository, as git and as its forge know it.

use std::{fmt, sync::Arc};

use engine::SecretError;
use forge::{Forge, ForgeError, InvalidSite, Kind, Remote, RepositoryPath, Site, Token};
use model::{
    function::SecretName,
    id::{EquipmentId, UserId},
};
use repository::{Address, Credentials, InvalidAddress, Mirror, OpenError};

use crate::{
    agents::Hub,
    equipment::{EquipmentError, ForgeKind, Item, Repository, Whose},
};

/// A repository, and those who speak for it.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) mirror: Mirror,
    /// `None` where branches are all that there is, or nobody gave a token.
    pub(crate) host: Option<Host>,
}

/// A repository at its forge.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) forge: Arc<dyn Forge>,
    pub(crate) path: RepositoryPath,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.path)
    }
}

/// Why a repository cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    #[error(transparent)]
    Equipment(#[from] EquipmentError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    #[error(transparent)]
    Open(Box<OpenError>),
    #[error(transparent)]
    Site(#[from] InvalidSite),
    #[error("this hub has no GitHub App, which speaks for this repository; ask its operator")]
    NoApp,
    #[error("{address} is not at {site}; change the address or the forge's API")]
    Elsewhere { address: String, site: String },
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

impl GroundError {
    /// Whether it may be better in a while.
    pub(crate) const fn may_pass(&self) -> bool {
        match self {
            Self::Forge(error) => error.may_pass(),
            Self::Equipment(_)
            | Self::Secret(_)
            | Self::Address(_)
            | Self::Open(_)
            | Self::Site(_)
            | Self::NoApp
            | Self::Elsewhere { .. } => false,
        }
    }
}

impl From<OpenError> for GroundError {
    fn from(error: OpenError) -> Self {
        Self::Open(Box::new(error))
    }
}

impl Hub {
    /// The repository of a session, opened with its owner's token, or the app's where it is kept for all with it.
    pub(crate) async fn ground(
        &self,
        owner: UserId,
        repository: EquipmentId,
    ) -> Result<Ground, GroundError> {
        let Item { whose, content: repository, .. } =
            self.equipment.get::<Repository>(owner, repository).await?;
        let (token, host) = match (whose, repository.app) {
            (Whose::Hub, true) => {
                let (token, host) = self.app_host(&repository).await?;
                (Some(token), Some(host))
            }
            // Nobody's secret is read because an administrator names it.
            (Whose::Hub, false) => (None, None),
            (Whose::Mine, _) => {
                let token = self.token(owner, &repository).await?.map(Token::new);
                let kind = kind(repository.forge);
                let host = kind.zip(token.clone()).map(|it| host(it, &repository)).transpose()?;
                (token, host)
            }
        };
        let address = Address::parse(&repository.address)?;
        let credentials = token.map(|it| credentials(repository.forge, it.reveal()));
        let mirror = self.config.repositories.open(&address, credentials).await?;
        Ok(Ground { mirror, host })
    }

    async fn token(
        &self,
        owner: UserId,
        repository: &Repository,
    ) -> Result<Option<String>, SecretError> {
        let Some(name) = &repository.secret else { return Ok(None) };
        let name: SecretName = name.parse()?;
        let opened = self.engine.open_secrets(owner, std::slice::from_ref(&name)).await?;
        Ok(opened.reveal(&name).map(|it| it.trim().to_owned()))
    }
}

/// What answers at the forge; nothing where there is git alone.
pub(crate) fn kind(forge: ForgeKind) -> Option<Kind> {
    match forge {
        ForgeKind::GitHub => Some(Kind::GitHub),
        ForgeKind::GitLab => Some(Kind::GitLab),
        ForgeKind::Git => None,
    }
}

/// Under which name each kind takes a token. Plain git takes `user:password`, or a token under the usual name.
fn credentials(forge: ForgeKind, token: &str) -> Credentials {
    match (forge, token.split_once(':')) {
        (ForgeKind::GitLab, _) => Credentials::new("oauth2", token.to_owned()),
        (ForgeKind::Git, Some((user, password))) => Credentials::new(user, password.to_owned()),
        (ForgeKind::GitHub, _) | (ForgeKind::Git, None) => {
            Credentials::new("x-access-token", token.to_owned())
        }
    }
}

fn host((kind, token): (Kind, Token), repository: &Repository) -> Result<Host, GroundError> {
    let site = match &repository.api {
        Some(api) => Site::of_api(kind, api)?,
        None => Site::new(kind, &origin(&repository.address))?,
    };
    let path = site.repository(&Remote::parse(&repository.address));
    let path = path.ok_or_else(|| GroundError::Elsewhere {
        address: repository.address.clone(),
        site: site.address().to_owned(),
    })?;
    Ok(Host { forge: site.forge(token)?.into(), path })
}

/// `https://host:port` of an address.
fn origin(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
    format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
}
