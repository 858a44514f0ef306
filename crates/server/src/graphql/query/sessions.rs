//! Agent sessions that the viewer takes part in.

use async_graphql::{Context, ID, Object};
use store::AgentSessionFilter;

use super::super::{
    asker::{Asker, session_named, step_named},
    refusal::{Result, refused},
    session::{AgentEvent, AgentSession, AgentSessionPage, AgentSessionSummary, StepDiff},
};
use crate::wire::parse_cursor;

/// Sessions on a page.
const MOST_SESSIONS: i32 = 100;
/// Events that are read at once.
const MOST_EVENTS: i32 = 500;

#[derive(Default)]
pub(super) struct SessionQuery;

#[Object]
impl SessionQuery {
    async fn agent_session(&self, context: &Context<'_>, id: ID) -> Result<Option<AgentSession>> {
        let asker = Asker::of(context);
        let Ok(id) = session_named(&id) else { return Ok(None) };
        let view = asker.agents()?.view(asker.user.id, id).await.map_err(refused)?;
        Ok(view.map(AgentSession::from))
    }

    /// Newest activity first. Those that the viewer owns or that are shared with them.
    async fn agent_sessions(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(false)")] archived: Option<bool>,
        search: Option<String>,
        #[graphql(default_with = "Some(50)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<AgentSessionPage> {
        let asker = Asker::of(context);
        let filter = AgentSessionFilter {
            participant: asker.user.id,
            archived: archived.unwrap_or_default(),
            search: search.filter(|it| !it.is_empty()),
        };
        let cursor = parse_cursor(after.as_deref()).map_err(refused)?;
        let limit = bounded(first.unwrap_or(50), MOST_SESSIONS);
        let page = asker.agents()?.list(&filter, cursor.as_ref(), limit).await.map_err(refused)?;
        let items = page.items.into_iter().map(AgentSessionSummary).collect();
        Ok(AgentSessionPage { items, next: page.next.map(|it| it.to_string()) })
    }

    /// What stored events say, oldest first, at most 500 at once.
    async fn agent_events(
        &self,
        context: &Context<'_>,
        session: ID,
        #[graphql(default_with = "Some(0)")] after: Option<u64>,
        #[graphql(default_with = "Some(500)")] first: Option<i32>,
    ) -> Result<Vec<AgentEvent>> {
        let asker = Asker::of(context);
        let limit = bounded(first.unwrap_or(MOST_EVENTS), MOST_EVENTS);
        let page = (after.unwrap_or_default(), limit);
        let session = session_named(&session)?;
        let events = asker.agents()?.events(asker.user.id, session, page).await;
        let events = events.map_err(refused)?.into_iter().map(AgentEvent::try_from);
        events.collect::<Result<_, _>>().map_err(refused)
    }

    /// What a step changed, as a unified diff; null where it changed nothing or is not completed.
    async fn step_diff(
        &self,
        context: &Context<'_>,
        session: ID,
        step: String,
    ) -> Result<Option<StepDiff>> {
        let asker = Asker::of(context);
        let (session, number) = (session_named(&session)?, step_named(&step)?);
        let found = asker.agents()?.diff(asker.user.id, session, &number).await.map_err(refused)?;
        Ok(found.map(|it| StepDiff {
            step,
            diff: String::from_utf8_lossy(&it.bytes).into_owned(),
            truncated: it.truncated,
        }))
    }

    /// Models that sessions may use; the first is used where none is chosen.
    async fn models(&self, context: &Context<'_>) -> Vec<String> {
        let agents = Asker::of(context).app.agents.as_ref();
        agents.map(|it| it.models()).unwrap_or_default()
    }
}

fn bounded(given: i32, most: i32) -> u64 {
    u64::try_from(given.clamp(1, most)).unwrap_or(1)
}
