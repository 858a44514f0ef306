//! Changes of what the viewer's sessions are equipped with.

use std::str::FromStr;

use async_graphql::{Context, ID, Object};
use model::{function::SecretName, id::EquipmentId};
use orchestrator::{Agents, Content, EquipmentError, GroundError, PersonaId, StoredPolicy, Whose};

use super::super::{
    asker::Asker,
    equipment::{
        ContextFile, ContextFileInput, ForgeKind, Learning, LearningInput, McpServer,
        McpServerInput, Persona, PersonaInput, Repository, RepositoryInput, Scope, Template,
        TemplateInput, ToolInfo, ToolList, ToolListsInput, ToolPolicy, Webhook,
    },
    refusal::{Result, refused},
};
use crate::problem::Problem;

#[derive(Default)]
pub(super) struct EquipmentMutation;

#[Object]
impl EquipmentMutation {
    async fn add_repository(
        &self,
        context: &Context<'_>,
        input: RepositoryInput,
    ) -> Result<Repository> {
        put_repository(Asker::of(context), None, input).await
    }

    async fn update_repository(
        &self,
        context: &Context<'_>,
        id: ID,
        input: RepositoryInput,
    ) -> Result<Repository> {
        let id = named::<orchestrator::Repository>(&id)?;
        put_repository(Asker::of(context), Some(id), input).await
    }

    async fn remove_repository(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        delete::<orchestrator::Repository>(Asker::of(context), &id).await
    }

    /// Where the forge of a repository delivers what happens there, and with what it signs.
    async fn reveal_webhook(&self, context: &Context<'_>, repository: ID) -> Result<Webhook> {
        let asker = Asker::of(context);
        let agents = asker.app.agents().map_err(refused)?;
        let id = named::<orchestrator::Repository>(&repository)?;
        let kept = asker.equipment().get::<orchestrator::Repository>(asker.user.id, id).await;
        if kept.map_err(refused)?.whose == Whose::Hub {
            let detail = "what forges tell of everybody's repositories comes by the webhook of the hub's GitHub App; it is set there";
            return Err(refused(Problem::invalid(detail)));
        }
        asker.about(&*repository);
        let secret = agents.webhook_secret(id).await.map_err(refused)?;
        Ok(Webhook { url: agents.webhook_url(id), secret })
    }

    async fn put_persona(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        input: PersonaInput,
    ) -> Result<Persona> {
        let asker = Asker::of(context);
        let id = id.map(|it| persona_named(&it)).transpose()?;
        let PersonaInput { name, phase, instructions, scope } = input;
        let phase = phase.map(agent::policy::Phase::from);
        let persona = orchestrator::Persona::parse(&name, phase, &instructions);
        let persona = persona.map_err(invalid)?;
        let place = (id, Scope::whose(scope));
        let put = asker.equipment().put_persona(asker.actor(), place, persona).await;
        let persona = Persona::from(put.map_err(refused)?);
        asker.about(&*persona.id);
        Ok(persona)
    }

    async fn delete_persona(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        let asker = Asker::of(context);
        asker.about(&*id);
        let id = persona_named(&id)?;
        asker.equipment().delete_persona(asker.actor(), id).await.map_err(refused)?;
        Ok(true)
    }

    async fn put_context_file(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        input: ContextFileInput,
    ) -> Result<ContextFile> {
        let asker = Asker::of(context);
        let id = id.as_ref().map(named::<orchestrator::ContextFile>).transpose()?;
        let ContextFileInput { text, repository, scope } = input;
        let repository = repository.as_ref().map(named::<orchestrator::Repository>).transpose()?;
        let file = orchestrator::ContextFile::parse(text, repository).map_err(invalid)?;
        let place = (id, Scope::whose(scope));
        let put = asker.equipment().put_context_file(asker.actor(), place, file).await;
        let file = ContextFile::from(put.map_err(refused)?);
        asker.about(&*file.id);
        Ok(file)
    }

    async fn delete_context_file(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        delete::<orchestrator::ContextFile>(Asker::of(context), &id).await
    }

    async fn put_mcp_server(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        input: McpServerInput,
    ) -> Result<McpServer> {
        let asker = Asker::of(context);
        let id = id.as_ref().map(named::<orchestrator::McpServer>).transpose()?;
        let McpServerInput { name, config, enabled, scope } = input;
        let server = orchestrator::McpServer::parse(&name, config.0, enabled.unwrap_or(true));
        let place = (id, Scope::whose(scope));
        let server = server.map_err(invalid)?;
        let put = asker.equipment().put_mcp_server(asker.actor(), place, server).await;
        let server = McpServer::from(put.map_err(refused)?);
        asker.about(&*server.id);
        Ok(server)
    }

    async fn delete_mcp_server(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        delete::<orchestrator::McpServer>(Asker::of(context), &id).await
    }

    /// Starts the server in a sandbox, or asks it, and lists its tools.
    async fn test_mcp_server(&self, context: &Context<'_>, id: ID) -> Result<ToolList> {
        let asker = Asker::of(context);
        asker.about(&*id);
        let id = named::<orchestrator::McpServer>(&id)?;
        let (equipment, user) = (asker.equipment(), asker.user.id);
        let server = equipment.get::<orchestrator::McpServer>(user, id).await.map_err(refused)?;
        // Where there are no sessions, nothing is reached from them.
        let rules = asker.app.agents.as_ref().map_or(&[][..], Agents::network);
        let tools = equipment.test_mcp_server(asker.principal, id, rules).await.map_err(refused)?;
        let tools = tools.into_iter().map(ToolInfo::from).collect();
        Ok(ToolList { server: server.content.name, tools })
    }

    async fn set_tool_policy(
        &self,
        context: &Context<'_>,
        planning: ToolListsInput,
        executing: ToolListsInput,
    ) -> Result<ToolPolicy> {
        let asker = Asker::of(context);
        let planning = planning.parse().map_err(invalid)?;
        let policy = StoredPolicy { planning, executing: executing.parse().map_err(invalid)? };
        let set = asker.equipment().set_tool_policy(asker.actor(), policy.clone()).await;
        set.map_err(refused)?;
        Ok(Some(policy).into())
    }

    async fn reset_tool_policy(&self, context: &Context<'_>) -> Result<ToolPolicy> {
        let asker = Asker::of(context);
        asker.equipment().reset_tool_policy(asker.actor()).await.map_err(refused)?;
        Ok(None.into())
    }

    async fn put_learning(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        input: LearningInput,
    ) -> Result<Learning> {
        let asker = Asker::of(context);
        let id = id.as_ref().map(named::<orchestrator::Learning>).transpose()?;
        let LearningInput { pattern, solution, files } = input;
        let files = files.unwrap_or_default();
        let learning = orchestrator::Learning::parse(&pattern, &solution, files);
        let learning = learning.map_err(invalid)?;
        let put = asker.equipment().put_learning(asker.actor(), id, learning).await;
        let learning = Learning::from(put.map_err(refused)?);
        asker.about(&*learning.id);
        Ok(learning)
    }

    /// A person agrees; may also edit it with putLearning, which keeps it too.
    async fn keep_learning(&self, context: &Context<'_>, id: ID) -> Result<Learning> {
        let asker = Asker::of(context);
        let id = named::<orchestrator::Learning>(&id)?;
        let kept = asker.equipment().keep_learning(asker.actor(), id).await;
        let learning = Learning::from(kept.map_err(refused)?);
        asker.about(&*learning.id);
        Ok(learning)
    }

    async fn delete_learning(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        delete::<orchestrator::Learning>(Asker::of(context), &id).await
    }

    async fn put_template(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        input: TemplateInput,
    ) -> Result<Template> {
        let asker = Asker::of(context);
        let id = id.as_ref().map(named::<orchestrator::Template>).transpose()?;
        let TemplateInput { title, category, text, scope } = input;
        let template = orchestrator::Template::parse(&title, &category, text).map_err(invalid)?;
        let place = (id, Scope::whose(scope));
        let put = asker.equipment().put_template(asker.actor(), place, template).await;
        let template = Template::from(put.map_err(refused)?);
        asker.about(&*template.id);
        Ok(template)
    }

    async fn delete_template(&self, context: &Context<'_>, id: ID) -> Result<bool> {
        delete::<orchestrator::Template>(Asker::of(context), &id).await
    }
}

async fn put_repository(
    asker: &Asker,
    id: Option<EquipmentId>,
    input: RepositoryInput,
) -> Result<Repository> {
    let RepositoryInput { address, forge, api, secret, scope, app } = input;
    // What a form leaves empty is left out.
    let given = |it: Option<String>| it.filter(|it| !it.is_empty());
    let (api, secret) = (given(api), given(secret));
    let secret = secret.map(|it| it.parse::<SecretName>()).transpose();
    let secret = secret.map_err(|it| refused(Problem::invalid(it.to_string())))?;
    let repository = match app {
        Some(true) if forge == ForgeKind::GitHub && api.is_none() && secret.is_none() => {
            of_app(asker, &address)?
        }
        Some(true) => {
            let detail = "the hub's GitHub App speaks for repositories at its own GitHub only; leave api and secret out";
            return Err(refused(Problem::invalid(detail)));
        }
        Some(false) | None => {
            let (forge, api) = (forge.into(), api.as_deref());
            let parsed = orchestrator::Repository::parse(&address, forge, api, secret.as_ref());
            parsed.map_err(invalid)?
        }
    };
    let place = (id, Scope::whose(scope));
    let put = asker.equipment().put_repository(asker.actor(), place, repository).await;
    let repository = Repository::from(put.map_err(refused)?);
    asker.about(&*repository.id);
    Ok(repository)
}

/// Strangers are not told whether there is an app.
fn of_app(asker: &Asker, address: &str) -> Result<orchestrator::Repository> {
    if !asker.is_administrator() {
        return Err(refused(EquipmentError::HubOnly));
    }
    let app = asker.agents()?.app().ok_or_else(|| refused(GroundError::NoApp))?;
    app.repository(address).map_err(invalid)
}

async fn delete<C: Content>(asker: &Asker, id: &ID) -> Result<bool> {
    asker.about(&**id);
    let id = named::<C>(id)?;
    asker.equipment().delete::<C>(asker.actor(), id).await.map_err(refused)?;
    Ok(true)
}

/// An id that cannot be read names nothing that is there.
fn named<C: Content>(id: &ID) -> Result<EquipmentId> {
    EquipmentId::from_str(id).map_err(|_| refused(Problem::not_found(C::NOUN)))
}

fn persona_named(id: &ID) -> Result<PersonaId> {
    let missing = |_| refused(Problem::not_found(orchestrator::Persona::NOUN));
    PersonaId::from_str(id).map_err(missing)
}

fn invalid(why: orchestrator::Invalid) -> async_graphql::Error {
    refused(Problem::invalid(why.to_string()))
}
