//! What the viewer's sessions are equipped with.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::super::{
    asker::Asker,
    equipment::{
        ContextFile, ForgeApp, Learning, McpServer, Persona, Repository, Template, ToolPolicy,
    },
    person::Person,
    refusal::{Result, refused},
};

/// People that are suggested at once.
const MOST_PEOPLE: u64 = 20;

#[derive(Default)]
pub(super) struct EquipmentQuery;

#[derive(SimpleObject)]
pub(super) struct Viewer {
    id: ID,
    name: String,
    is_administrator: bool,
    /// why this hub can run no agents; null where it can
    agents_unavailable: Option<String>,
}

#[Object]
impl EquipmentQuery {
    async fn viewer(&self, context: &Context<'_>) -> Viewer {
        let asker = Asker::of(context);
        Viewer {
            id: ID(asker.user.id.to_string()),
            name: asker.user.username.clone(),
            is_administrator: asker.user.administrator,
            agents_unavailable: asker.app.agents.as_ref().err().map(ToString::to_string),
        }
    }

    async fn repositories(&self, context: &Context<'_>) -> Result<Vec<Repository>> {
        let asker = Asker::of(context);
        let items = asker.equipment().list(asker.user.id).await.map_err(refused)?;
        Ok(items.into_iter().map(Repository::from).collect())
    }

    /// The GitHub App of this hub; null where it has none, and for those who are no administrators.
    async fn forge_app(&self, context: &Context<'_>) -> Result<Option<ForgeApp>> {
        let asker = Asker::of(context);
        let (true, Ok(agents)) = (asker.is_administrator(), asker.app.agents()) else {
            return Ok(None);
        };
        Ok(agents.app_standing().await.map_err(refused)?.map(ForgeApp::from))
    }

    async fn personas(&self, context: &Context<'_>) -> Result<Vec<Persona>> {
        let asker = Asker::of(context);
        let personas = asker.equipment().personas(asker.user.id).await.map_err(refused)?;
        Ok(personas.into_iter().map(Persona::from).collect())
    }

    async fn context_files(&self, context: &Context<'_>) -> Result<Vec<ContextFile>> {
        let asker = Asker::of(context);
        let items = asker.equipment().list(asker.user.id).await.map_err(refused)?;
        Ok(items.into_iter().map(ContextFile::from).collect())
    }

    async fn mcp_servers(&self, context: &Context<'_>) -> Result<Vec<McpServer>> {
        let asker = Asker::of(context);
        let items = asker.equipment().list(asker.user.id).await.map_err(refused)?;
        Ok(items.into_iter().map(McpServer::from).collect())
    }

    async fn tool_policy(&self, context: &Context<'_>) -> Result<ToolPolicy> {
        let asker = Asker::of(context);
        let stored = asker.equipment().tool_policy(asker.user.id).await.map_err(refused)?;
        Ok(stored.into())
    }

    async fn learnings(
        &self,
        context: &Context<'_>,
        search: Option<String>,
    ) -> Result<Vec<Learning>> {
        let asker = Asker::of(context);
        let search = search.unwrap_or_default();
        let found = asker.equipment().search_learnings(asker.user.id, &search).await;
        Ok(found.map_err(refused)?.into_iter().map(Learning::from).collect())
    }

    /// Names only; values are never told.
    async fn secret_names(&self, context: &Context<'_>) -> Result<Vec<String>> {
        let asker = Asker::of(context);
        let secrets = asker.app.engine.secrets(asker.user.id).await.map_err(refused)?;
        Ok(secrets.into_iter().map(|it| it.name.to_string()).collect())
    }

    /// Who a session can be shared with, by the beginning of their name.
    async fn people(&self, context: &Context<'_>, search: String) -> Result<Vec<Person>> {
        let asker = Asker::of(context);
        if search.trim().is_empty() {
            return Ok(Vec::new());
        }
        let found = asker.app.reader.users_named(search.trim(), MOST_PEOPLE).await;
        let found = found.map_err(refused)?.into_iter().filter(|it| it.disabled_at.is_none());
        Ok(found.map(|it| Person(it.id)).collect())
    }

    async fn templates(&self, context: &Context<'_>) -> Result<Vec<Template>> {
        let asker = Asker::of(context);
        let items = asker.equipment().list(asker.user.id).await.map_err(refused)?;
        Ok(items.into_iter().map(Template::from).collect())
    }
}
