//! What an agent is started for: who it is, what it may do, which tools it has.

use agent::{
    context::ContextFile,
    harness::{Assignment, Gateway, SessionStart, Token},
    policy::Phase,
    session::{Fault, Fence, State, Task},
};
use tokio::sync::{mpsc, watch};

use crate::{
    agents::Hub,
    bench::Bench,
    dialogue::{Cast, Heard},
    equipment::{EquipmentError, StoredPolicy},
    owner::uuid,
    view::{Record, View},
};

pub(crate) struct Assigning<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) record: &'a Record,
    pub(crate) state: &'a State,
    pub(crate) task: &'a Task,
    pub(crate) bench: &'a Bench,
    /// What the repository says to agents.
    pub(crate) guidance: &'a [ContextFile],
    pub(crate) fence: Fence,
}

/// An agent for one attempt, ready to be spoken with.
pub(crate) async fn cast(
    order: Assigning<'_>,
    shown: watch::Receiver<View>,
    heard: mpsc::Sender<(Fence, Heard)>,
) -> Result<Cast, Fault> {
    let Assigning { hub, record, state, task, bench, fence, .. } = order;
    let phase = task.phase();
    let lasting = |error: EquipmentError| Fault::Lasting { why: error.to_string() };
    let servers = hub.equipment.resolve_mcp_servers(state.owner).await.map_err(lasting)?;
    let policy = hub.equipment.tool_policy(state.owner).await.map_err(lasting)?;
    let home = bench.home();
    let mut policy = policy.map_or_else(|| StoredPolicy::default().rules(), StoredPolicy::rules);
    policy = policy.with_plans(&agent::harness::claude::plans(&home));
    for remembered in &state.remembered {
        if let Ok(pattern) = remembered.pattern.parse() {
            policy.remember(pattern);
        }
    }
    let assignment = Assignment {
        phase,
        session: conversation(&order).await,
        home,
        gateway: Gateway {
            url: bench.gateway_url(),
            token: Token(bench.token().reveal().to_owned()),
        },
        persona: persona(&order, phase).await.map_err(lasting)?,
        servers: servers.reveal().clone(),
        model: state
            .settings
            .model
            .clone()
            .or_else(|| hub.config.default_model.as_ref().map(|it| it.as_str().to_owned())),
        max_turns: None,
    };
    let harness = &hub.config.harness;
    Ok(Cast {
        session: record.id,
        fence,
        phase,
        startup: harness.startup(&assignment),
        conversation: harness.conversation(&assignment),
        policy,
        has_secrets: !servers.secrets().is_empty(),
        secrets: servers.secrets().clone().into(),
        sandbox: bench.sandbox().clone(),
        directory: bench.directory(),
        live: hub.live.clone(),
        silence: hub.config.silence,
        shown,
        heard,
    })
}

/// Turns are one conversation, as long as its history is there; each step has one of its own.
async fn conversation(order: &Assigning<'_>) -> SessionStart {
    match order.task {
        Task::Turn { .. } => {
            let id = uuid(number(&order.record.id.to_string()));
            if order.bench.has_conversation().await {
                SessionStart::Resumed(id)
            } else {
                SessionStart::New(id)
            }
        }
        Task::Step { .. }
        | Task::Revision { .. }
        | Task::Revert { .. }
        | Task::OpenRequest { .. }
        | Task::Visit => SessionStart::New(uuid(engine::random_id())),
    }
}

/// The digits of a session's id.
fn number(id: &str) -> u128 {
    let digits = id.rsplit('_').next().unwrap_or_default();
    u128::from_str_radix(digits, 16).unwrap_or_default()
}

async fn persona(order: &Assigning<'_>, phase: Phase) -> Result<String, EquipmentError> {
    let chosen = match phase {
        Phase::Planning => &order.state.settings.planner,
        Phase::Executing => &order.state.settings.developer,
    };
    let chosen = chosen.as_deref().and_then(|it| it.parse().ok());
    let repository = order.record.repository;
    let briefing =
        order.hub.equipment.briefing_for(order.state.owner, repository, (phase, chosen)).await?;
    let mut briefing = briefing.briefing();
    let files = [order.guidance, briefing.files].concat();
    briefing.files = &files;
    Ok(briefing.system_prompt())
}
