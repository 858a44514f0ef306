//! What people ask of agent sessions. Each answers with the session as it is after it.

use agent::session::{self, Decision, Request};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use model::id::{EquipmentId, UserId};
use orchestrator::{Began, NewSession};

use super::super::{
    asker::{Asker, session_named, step_named},
    refusal::{Result, refused},
    session::{AgentSession, PullRequestChoice, SettingsInput},
};
use crate::problem::Problem;

#[derive(Default)]
pub(super) struct SessionMutation;

#[derive(InputObject)]
struct NewAgentSession {
    repository: ID,
    prompt: String,
    title: Option<String>,
    template: Option<ID>,
    settings: Option<SettingsInput>,
}

/// exactly one field
#[derive(InputObject)]
struct ExecuteTarget {
    next: Option<bool>,
    step: Option<String>,
    through: Option<String>,
    all: Option<bool>,
}

#[derive(InputObject)]
struct ApprovalDecision {
    verdict: Verdict,
    /// with DENY: why
    why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Verdict {
    Allow,
    AllowForSession,
    Deny,
}

#[Object]
impl SessionMutation {
    async fn open_agent_session(
        &self,
        context: &Context<'_>,
        input: NewAgentSession,
    ) -> Result<AgentSession> {
        let asker = Asker::of(context);
        let new = input.read(asker).await?;
        let view = asker.agents()?.open(asker.user.id, new).await.map_err(refused)?;
        asker.about(view.record.id);
        Ok(view.into())
    }

    async fn clone_agent_session(
        &self,
        context: &Context<'_>,
        session: ID,
    ) -> Result<AgentSession> {
        let asker = Asker::of(context);
        let session = session_named(&session)?;
        let view = asker.agents()?.clone_session(asker.user.id, session).await.map_err(refused)?;
        asker.about(view.record.id);
        Ok(view.into())
    }

    async fn rename_agent_session(
        &self,
        context: &Context<'_>,
        session: ID,
        title: String,
    ) -> Result<AgentSession> {
        let asker = Asker::of(context);
        asker.about(&*session);
        let session = session_named(&session)?;
        let view = asker.agents()?.rename(asker.user.id, session, &title).await.map_err(refused)?;
        Ok(view.into())
    }

    async fn say(&self, context: &Context<'_>, session: ID, text: String) -> Result<AgentSession> {
        ask(context, &session, Request::Say { text }).await
    }

    async fn save_plan(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
        text: String,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::SavePlan { expected_version, text }).await
    }

    async fn edit_step(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
        step: String,
        text: String,
    ) -> Result<AgentSession> {
        let step = step_named(&step)?;
        ask(context, &session, Request::EditStep { expected_version, step, text }).await
    }

    async fn delete_step(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
        step: String,
    ) -> Result<AgentSession> {
        let step = step_named(&step)?;
        ask(context, &session, Request::DeleteStep { expected_version, step }).await
    }

    async fn roll_back_plan(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
        to: u32,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::RollBack { expected_version, to }).await
    }

    async fn settle_proposal(
        &self,
        context: &Context<'_>,
        session: ID,
        proposal: u64,
        accept: bool,
    ) -> Result<AgentSession> {
        let proposal = proposal.into();
        let request =
            if accept { Request::Accept { proposal } } else { Request::Decline { proposal } };
        ask(context, &session, request).await
    }

    async fn comment_step(
        &self,
        context: &Context<'_>,
        session: ID,
        step: String,
        text: String,
    ) -> Result<AgentSession> {
        let step = step_named(&step)?;
        ask(context, &session, Request::Comment { step, text }).await
    }

    async fn resolve_comment(
        &self,
        context: &Context<'_>,
        session: ID,
        comment: u64,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::Resolve { comment: comment.into() }).await
    }

    async fn approve_plan(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::Approve { expected_version }).await
    }

    async fn execute(
        &self,
        context: &Context<'_>,
        session: ID,
        expected_version: u32,
        target: ExecuteTarget,
    ) -> Result<AgentSession> {
        let target = target.read()?;
        ask(context, &session, Request::Execute { expected_version, target }).await
    }

    async fn retry_step(
        &self,
        context: &Context<'_>,
        session: ID,
        step: String,
    ) -> Result<AgentSession> {
        let step = step_named(&step)?;
        ask(context, &session, Request::Retry { step }).await
    }

    async fn stop(&self, context: &Context<'_>, session: ID) -> Result<AgentSession> {
        ask(context, &session, Request::Stop).await
    }

    async fn revert(
        &self,
        context: &Context<'_>,
        session: ID,
        from: String,
    ) -> Result<AgentSession> {
        let from = step_named(&from)?;
        ask(context, &session, Request::Revert { from }).await
    }

    async fn revise(
        &self,
        context: &Context<'_>,
        session: ID,
        branch: u64,
        text: String,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::Revise { branch: branch.into(), text }).await
    }

    async fn decide(
        &self,
        context: &Context<'_>,
        session: ID,
        approval: u64,
        decision: ApprovalDecision,
    ) -> Result<AgentSession> {
        let (approval, decision) = (approval.into(), decision.read());
        ask(context, &session, Request::Decide { approval, decision }).await
    }

    async fn answer(
        &self,
        context: &Context<'_>,
        session: ID,
        question: u64,
        answers: Vec<String>,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::Answer { question: question.into(), answers }).await
    }

    async fn choose(
        &self,
        context: &Context<'_>,
        session: ID,
        choice: PullRequestChoice,
    ) -> Result<AgentSession> {
        ask(context, &session, Request::Choose { choice: choice.into() }).await
    }

    async fn pause(&self, context: &Context<'_>, session: ID) -> Result<AgentSession> {
        ask(context, &session, Request::Pause).await
    }

    async fn resume(&self, context: &Context<'_>, session: ID) -> Result<AgentSession> {
        ask(context, &session, Request::Resume).await
    }

    async fn archive(&self, context: &Context<'_>, session: ID) -> Result<AgentSession> {
        ask(context, &session, Request::Archive).await
    }

    async fn unarchive(&self, context: &Context<'_>, session: ID) -> Result<AgentSession> {
        ask(context, &session, Request::Unarchive).await
    }

    async fn share(&self, context: &Context<'_>, session: ID, with: ID) -> Result<AgentSession> {
        let asker = Asker::of(context);
        let missing = || refused(Problem::not_found("person"));
        let with: UserId = with.parse().map_err(|_| missing())?;
        let found = asker.app.reader.user(with).await.map_err(refused)?;
        found.filter(|it| it.disabled_at.is_none()).ok_or_else(missing)?;
        ask(context, &session, Request::Share { with }).await
    }

    async fn configure(
        &self,
        context: &Context<'_>,
        session: ID,
        settings: SettingsInput,
    ) -> Result<AgentSession> {
        let asker = Asker::of(context);
        asker.about(&*session);
        let (session, change) = (session_named(&session)?, settings.change().map_err(refused)?);
        let view = asker.agents()?.configure(asker.user.id, session, change).await;
        Ok(view.map_err(refused)?.into())
    }
}

async fn ask(context: &Context<'_>, session: &ID, request: Request) -> Result<AgentSession> {
    let asker = Asker::of(context);
    asker.about(&**session);
    let session = session_named(session)?;
    let view = asker.agents()?.request(asker.user.id, session, request).await;
    Ok(view.map_err(refused)?.into())
}

impl NewAgentSession {
    async fn read(self, asker: &Asker) -> Result<NewSession> {
        let missing = |noun| refused(Problem::not_found(noun));
        let repository: EquipmentId = self.repository.parse().map_err(|_| missing("repository"))?;
        let prompt = match self.template {
            Some(template) => {
                let id = template.parse().map_err(|_| missing("template"))?;
                let template = asker.equipment().use_template(asker.user.id, id).await;
                let template = template.map_err(refused)?.content.text;
                format!("{}\n\n{template}", self.prompt).trim().to_owned()
            }
            None => self.prompt,
        };
        let change = self.settings.map(SettingsInput::change).transpose().map_err(refused)?;
        let change = change.unwrap_or_default();
        let settings = asker.agents()?.new_settings(asker.user.id, repository, change).await;
        let settings = settings.map_err(refused)?;
        let (title, began) = (self.title, Began::Web);
        Ok(NewSession { repository, prompt, title, settings, began, author: None })
    }
}

impl ExecuteTarget {
    fn read(self) -> Result<session::ExecuteTarget> {
        let Self { next, step, through, all } = self;
        match (next, step, through, all) {
            (Some(true), None, None, None) => Ok(session::ExecuteTarget::Next),
            (None, Some(step), None, None) => Ok(session::ExecuteTarget::Step(step_named(&step)?)),
            (None, None, Some(step), None) => {
                Ok(session::ExecuteTarget::Through(step_named(&step)?))
            }
            (None, None, None, Some(true)) => Ok(session::ExecuteTarget::All),
            (..) => {
                let detail =
                    "the target says not exactly one thing; set next, step, through or all";
                Err(refused(Problem::invalid(detail)))
            }
        }
    }
}

impl ApprovalDecision {
    fn read(self) -> Decision {
        match self.verdict {
            Verdict::Allow => Decision::Allow,
            Verdict::AllowForSession => Decision::AllowForSession,
            Verdict::Deny => Decision::Deny { why: self.why.unwrap_or_default() },
        }
    }
}
