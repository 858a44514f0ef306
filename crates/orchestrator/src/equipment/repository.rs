//! Repositories that sessions work on, and who speaks to their forge.

use forge::{Remote, RepositoryPath};
use model::{
    function::SecretName,
    id::{EquipmentId, UserId},
};
use serde::{Deserialize, Serialize};
use store::EquipmentKind;

use super::{
    Actor, Content, Equipment, EquipmentError, Item, Whose,
    error::{Invalid, text},
};

const MOST_BYTES: usize = 500;

/// What answers beside git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForgeKind {
    GitHub,
    GitLab,
    /// Nothing: branches are pushed, and nobody is asked to merge them.
    Git,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// http or https, without user and password.
    pub address: String,
    /// `owner/name` as far as the address has them, for people.
    pub name: String,
    pub forge: ForgeKind,
    /// Where the forge's programs listen, if not where its kind has them.
    pub api: Option<String>,
    /// The secret of its owner with the token that speaks to it.
    pub secret: Option<String>,
    /// The hub's GitHub App speaks to it, in the place of a secret.
    #[serde(default)]
    pub app: bool,
}

impl Repository {
    /// # Errors
    ///
    /// When an address is none that git or a forge can be reached at, or a token would be sent in the clear.
    pub fn parse(
        address: &str,
        forge: ForgeKind,
        api: Option<&str>,
        secret: Option<&SecretName>,
    ) -> Result<Self, Invalid> {
        let (address, path) = web_address("repository", address)?;
        let api = api.map(|it| web_address("forge's API", it)).transpose()?.map(|it| it.0);
        if api.is_some() && forge == ForgeKind::Git {
            return Err(Invalid::NoApi);
        }
        let receives_token = [Some(&address), api.as_ref()].into_iter().flatten();
        if let Some(open) = receives_token.filter(|_| secret.is_some()).find(|it| is_open(it)) {
            return Err(Invalid::Plain { address: open.clone() });
        }
        let name = RepositoryPath::parse(&path).map(|it| it.to_string());
        let name = name.unwrap_or_else(|| path.trim_matches('/').to_owned());
        if name.is_empty() {
            return Err(Invalid::Address { what: "repository", address });
        }
        let secret = secret.map(ToString::to_string);
        Ok(Self { address, name, forge, api, secret, app: false })
    }

    /// One that the hub's GitHub App speaks to.
    ///
    /// # Errors
    ///
    /// When the address is none that git can be reached at.
    pub(crate) fn of_app(address: &str) -> Result<Self, Invalid> {
        Ok(Self { app: true, ..Self::parse(address, ForgeKind::GitHub, None, None)? })
    }
}

/// An address, and the path within it.
fn web_address(what: &'static str, given: &str) -> Result<(String, String), Invalid> {
    text(what, given, MOST_BYTES)?;
    let invalid = || Invalid::Address { what, address: given.to_owned() };
    let (_, rest) = given.split_once("://").ok_or_else(invalid)?;
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // What is read below knows nothing of users any more.
    if authority.contains('@') || given.contains(char::is_whitespace) {
        return Err(invalid());
    }
    match Remote::parse(given) {
        Remote::Web(url) if url.query().is_none() && url.fragment().is_none() => {
            let address = url.as_str().trim_end_matches('/').to_owned();
            Ok((address, url.path().to_owned()))
        }
        Remote::Web(_) | Remote::Ssh { .. } | Remote::Other => Err(invalid()),
    }
}

/// Whether somebody on the way reads what is sent there.
fn is_open(address: &str) -> bool {
    match Remote::parse(address) {
        Remote::Web(url) => {
            let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            url.scheme() != "https" && !is_here
        }
        Remote::Ssh { .. } | Remote::Other => true,
    }
}

impl Content for Repository {
    const KIND: EquipmentKind = EquipmentKind::Repository;
    const NOUN: &'static str = "repository";
    const MOST: u64 = 500;

    /// Each is there once, however its address is written.
    fn name(&self) -> String {
        self.address.strip_suffix(".git").unwrap_or(&self.address).to_owned()
    }
}

impl Equipment {
    /// Keeps a repository, or changes one. The secret that it names must be there; the app speaks to those that are
    /// for everybody, and nobody's secret does.
    ///
    /// # Errors
    ///
    /// When there is none to change, its owner has no such secret, there is one with this address, it is everybody's
    /// and the actor no administrator, or the store fails.
    pub async fn put_repository(
        &self,
        actor: Actor,
        (id, whose): (Option<EquipmentId>, Whose),
        repository: Repository,
    ) -> Result<Item<Repository>, EquipmentError> {
        actor.owner(whose)?;
        match whose {
            Whose::Hub if repository.secret.is_some() => return Err(Invalid::SecretOfOne.into()),
            Whose::Mine if repository.app => return Err(Invalid::AppOfOne.into()),
            Whose::Hub | Whose::Mine => {}
        }
        if let Some(name) = &repository.secret {
            let name = name.parse().map_err(engine::SecretError::from)?;
            self.expect_secrets(actor.user, &[name]).await?;
        }
        self.put(actor, (id, whose), repository).await
    }

    /// # Errors
    ///
    /// When one of them is not there, or the store fails.
    pub(super) async fn expect_secrets(
        &self,
        owner: UserId,
        names: &[SecretName],
    ) -> Result<(), EquipmentError> {
        let there = self.engine.secrets(owner).await?;
        match names.iter().find(|name| there.iter().all(|it| it.name != **name)) {
            Some(name) => Err(engine::SecretError::Missing { name: name.clone() }.into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Repository, Invalid> {
        Repository::parse(address, ForgeKind::GitHub, None, None)
    }

    #[test]
    fn a_repository_is_called_by_its_owner_and_name() {
        let rows = [
            ("https://github.com/ada/engine", "ada/engine"),
            ("https://github.com/ada/engine.git", "ada/engine"),
            ("https://git.example.com/group/sub/engine/", "group/sub/engine"),
            ("http://localhost:3000/engine", "engine"),
        ];
        for (address, name) in rows {
            assert_eq!(parse(address).unwrap().name, name, "{address}");
        }
        let with = parse("https://github.com/ada/engine.git").unwrap();
        let without = parse("https://github.com/ada/engine").unwrap();
        assert_eq!(Content::name(&with), Content::name(&without));
    }

    #[test]
    fn an_address_has_no_user_and_leads_to_one_place() {
        for address in [
            "",
            "github.com/ada/engine",
            "git@github.com:ada/engine.git",
            "ssh://git@github.com/ada/engine",
            "file:///etc/passwd",
            "https://token@github.com/ada/engine",
            "https://user:password@github.com/ada/engine",
            "https://github.com/ada/engine?x=1",
            "https://github.com/ada/engine#x",
            "https://github.com/ada/\nengine",
            "https://github.com",
            "https://",
        ] {
            assert!(parse(address).is_err(), "{address:?}");
        }
    }

    #[test]
    fn a_token_is_sent_over_https_or_stays_on_this_machine() {
        let secret: SecretName = "TOKEN".parse().unwrap();
        let parse =
            |address, api| Repository::parse(address, ForgeKind::GitLab, api, Some(&secret));
        assert!(parse("https://git.example.com/a/b", None).is_ok());
        assert!(parse("http://127.0.0.1:3000/a/b", Some("http://localhost:3000/api/v4")).is_ok());
        for (address, api) in [
            ("http://git.example.com/a/b", None),
            ("https://git.example.com/a/b", Some("http://git.example.com/api/v4")),
        ] {
            let refused = parse(address, api).unwrap_err();
            assert!(matches!(refused, Invalid::Plain { .. }), "{refused:?}");
        }
    }

    #[test]
    fn plain_git_has_no_api() {
        let api = Some("https://git.example.com/api");
        let refused = Repository::parse("https://git.example.com/a/b", ForgeKind::Git, api, None);
        assert_eq!(refused, Err(Invalid::NoApi));
    }
}
