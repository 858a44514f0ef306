//! What happens in agent sessions, as it happens. Whoever stops to take part in a session hears no more of it.

use agent::harness;
use async_graphql::{Context, Enum, ID, SimpleObject, Subscription, Union};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use model::id::{AgentSessionId, UserId};
use orchestrator::{Agents, FeedItem as Fed};
use store::AgentSessionFilter;

use super::{
    asker::{Asker, session_named},
    refusal::{Result, refused},
    session::{AgentEvent, AgentSession, AgentSessionSummary},
};
use crate::problem::Problem;

/// Changes that are looked at together.
const TOGETHER: usize = 64;

/// Sessions that are told of again where changes were missed.
const AGAIN: u64 = 100;

pub(crate) struct Subscription;

#[derive(Union)]
enum FeedItem {
    AgentEvent(AgentEvent),
    Delta(Delta),
}

/// A piece of a text that is being written; the stored event `said` (or a note `thought`) with the whole comes after.
#[derive(SimpleObject)]
struct Delta {
    fence: u64,
    speaker: Speaker,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Speaker {
    Agent,
    Thought,
    Helper,
}

#[Subscription]
impl Subscription {
    /// All that happens from event `after` + 1 on: stored events as they are stored, and between them what is only
    /// shown live.
    async fn agent_session_feed(
        &self,
        context: &Context<'_>,
        session: ID,
        #[graphql(default_with = "Some(0)")] after: Option<u64>,
    ) -> Result<impl Stream<Item = Result<FeedItem>> + use<>> {
        let asker = Asker::of(context);
        let session = session_named(&session)?;
        let feed = asker.agents()?.feed(asker.user.id, session, after.unwrap_or_default()).await;
        Ok(feed.map_err(refused)?.map(|it| read(it.map_err(refused)?)))
    }

    /// The session as it is, again after each change (several changes at once may give one).
    async fn agent_session_changed(
        &self,
        context: &Context<'_>,
        session: ID,
    ) -> Result<impl Stream<Item = Result<AgentSession>> + use<>> {
        let asker = Asker::of(context);
        let (session, user) = (session_named(&session)?, asker.user.id);
        let agents = asker.agents()?.clone();
        // Listened to before it is read, so that no change is missed in between.
        let changes = agents.changes().ready_chunks(TOGETHER);
        if agents.listed(user, session).await.map_err(refused)?.is_none() {
            return Err(refused(Problem::not_found("session")));
        }
        let concerns = move |it: &Vec<Option<AgentSessionId>>| {
            it.iter().any(|it| it.is_none_or(|it| it == session))
        };
        let changed = changes.filter(move |it| std::future::ready(concerns(it))).map(drop);
        let views = stream::once(std::future::ready(())).chain(changed).then(move |()| {
            let agents = agents.clone();
            async move { agents.view(user, session).await.map_err(refused) }
        });
        Ok(while_there(views).map_ok(AgentSession::from))
    }

    /// A session of the viewer's list has changed or appeared.
    async fn agent_sessions_changed(
        &self,
        context: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<AgentSessionSummary>> + use<>> {
        let asker = Asker::of(context);
        let (agents, user) = (asker.agents()?.clone(), asker.user.id);
        let changes = agents.changes().ready_chunks(TOGETHER);
        let changed = changes.then(move |it| {
            let agents = agents.clone();
            async move { stream::iter(listed(&agents, user, it).await) }
        });
        Ok(changed.flatten())
    }
}

/// The user's sessions among those that have changed, each once.
async fn listed(
    agents: &Agents,
    user: UserId,
    changed: Vec<Option<AgentSessionId>>,
) -> Vec<Result<AgentSessionSummary>> {
    if changed.contains(&None) {
        let filter = AgentSessionFilter { participant: user, archived: false, search: None };
        return match agents.list(&filter, None, AGAIN).await {
            Ok(page) => page.items.into_iter().map(|it| Ok(AgentSessionSummary(it))).collect(),
            Err(error) => vec![Err(refused(error))],
        };
    }
    let mut ids: Vec<_> = changed.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        match agents.listed(user, id).await {
            Ok(Some(listed)) => found.push(Ok(AgentSessionSummary(listed))),
            Ok(None) => {}
            Err(error) => found.push(Err(refused(error))),
        }
    }
    found
}

/// What there is, until there is nothing.
fn while_there<T>(views: impl Stream<Item = Result<Option<T>>>) -> impl Stream<Item = Result<T>> {
    views.map(Result::transpose).scan((), |(), it| std::future::ready(it))
}

fn read(item: Fed) -> Result<FeedItem> {
    Ok(match item {
        Fed::Event(stored) => FeedItem::AgentEvent(stored.try_into().map_err(refused)?),
        Fed::Delta(delta) => FeedItem::Delta(Delta {
            fence: delta.fence.into(),
            speaker: match delta.speaker {
                harness::Speaker::Agent => Speaker::Agent,
                harness::Speaker::Thought => Speaker::Thought,
                harness::Speaker::Helper => Speaker::Helper,
            },
            text: delta.text,
        }),
    })
}
