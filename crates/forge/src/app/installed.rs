//! What an app is installed for.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{App, TokenBody};
use crate::{
    ForgeError, Remote, RepositoryPath, Token,
    api::{Api, Ask},
};

/// As many as GitHub gives at once.
const PER_PAGE: usize = 100;

/// A repository that an app is installed for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstalledRepository {
    pub path: RepositoryPath,
    /// Where git finds it.
    pub address: String,
}

#[derive(Deserialize)]
struct InstallationBody {
    id: u64,
    /// Where its owner lets the app do nothing for a while.
    suspended_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct RepositoriesBody {
    repositories: Vec<RepositoryBody>,
}

#[derive(Deserialize)]
struct RepositoryBody {
    html_url: String,
}

impl App {
    /// What the app is installed for, by name, as far as there are not more than so many.
    ///
    /// # Errors
    ///
    /// When the forge does not take the app, or does not answer.
    pub async fn installed(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<InstalledRepository>, ForgeError> {
        let what = format!("app {}", self.id());
        let api = Api::new(&self.site, self.key.jwt(now))?;
        let segments = ["app", "installations"];
        let all: Vec<InstallationBody> = api.pages(&segments, &[], &what, |it| it).await?;
        let mut found = Vec::new();
        for installation in all.into_iter().filter(|it| it.suspended_at.is_none()) {
            if found.len() >= most {
                break;
            }
            let id = installation.id.to_string();
            let segments = ["app", "installations", &id, "access_tokens"];
            let ask = Ask::of(&segments, format!("installation {id} of {what}"));
            // To see their names is all that this one is for.
            let body = json!({ "permissions": { "metadata": "read" } });
            let TokenBody { token, .. } = api.ask(ask.send(Method::POST, body)).await?;
            self.add_repositories(Token::new(token), most, &mut found).await?;
        }
        found.sort();
        found.dedup();
        found.truncate(most);
        Ok(found)
    }

    async fn add_repositories(
        &self,
        token: Token,
        most: usize,
        found: &mut Vec<InstalledRepository>,
    ) -> Result<(), ForgeError> {
        let api = Api::new(&self.site, token)?;
        let (segments, per_page) = (["installation", "repositories"], PER_PAGE.to_string());
        for page in 1.. {
            let page = page.to_string();
            let query = [("per_page", per_page.as_str()), ("page", page.as_str())];
            let ask = Ask::of(&segments, format!("repositories of app {}", self.id()));
            let RepositoriesBody { repositories } = api.ask(ask.query(&query)).await?;
            let is_last = repositories.len() < PER_PAGE;
            found.extend(repositories.into_iter().filter_map(|it| self.read(it)));
            if is_last || found.len() >= most {
                break;
            }
        }
        Ok(())
    }

    /// `None` of what is not at the app's site.
    fn read(&self, RepositoryBody { html_url }: RepositoryBody) -> Option<InstalledRepository> {
        let path = self.site.repository(&Remote::parse(&html_url))?;
        let address = format!("{}{path}.git", self.site.address());
        Some(InstalledRepository { path, address })
    }
}
