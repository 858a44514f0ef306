//! What sessions ask of models: kept, summed up, and bounded for each user.

use agent::session::{EventKind, LifeEvent, Lifecycle, PauseReason, Request, State};
use engine::Clock;
use model::{
    id::AgentSessionId,
    scope::{Scope, Scopes},
    time::Timestamp,
};
use orchestrator::{Actor, UsageError, UsageOf, UsageReport, usage_report};
use serde_json::json;

use crate::stage::Stage;

/// Of one request here: $3 and $15 for a million tokens, of which it has 1000 and 100.
const COST: u64 = 4_500;

/// One that begins at noon in the middle of a month, so that neither a day nor the month ends within a test.
fn noon() -> Clock {
    const NOON: i64 = 1_794_830_400_000;
    let system = Clock::system();
    let begun = system.now().as_millis();
    Clock::new(move || Timestamp::from_millis(system.now().as_millis() - begun + NOON))
}

async fn open(playbook: serde_json::Value) -> Option<Stage> {
    let mut stage = Stage::open(playbook).await?;
    stage.set_clock(noon());
    stage.restart().await;
    Some(stage)
}

fn asker(stage: &Stage) -> Actor {
    Actor { user: stage.ada, scopes: Scopes::of_user(false) }
}

async fn report(stage: &Stage) -> UsageReport {
    usage_report(&stage.engine, asker(stage), (7, UsageOf::Mine)).await.unwrap()
}

fn is_paused(state: &State) -> bool {
    state.lifecycle == Lifecycle::Paused(PauseReason::UserBudget)
}

/// An answer may be read before it is counted.
async fn has_cost(stage: &Stage, id: AgentSessionId, cost: u64) {
    stage.until(id, "what it costs", |it| it.running.is_none() && it.usage.cost == cost).await;
}

async fn has_paused(stage: &Stage, id: AgentSessionId) {
    stage.until(id, "a pause", |it| is_paused(it) && it.running.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_of_models_is_kept_for_whoever_owns_the_session() {
    let playbook = json!([{ "when": "hello", "do": [{ "model": "a" }, { "model": "b" }] }]);
    let Some(mut stage) = open(playbook).await else { return };
    let id = stage.session("hello", |_| {}).await.record.id;
    has_cost(&stage, id, 2 * COST).await;
    // What was noted is stored at the latest when the server ends.
    stage.restart().await;
    let told = report(&stage).await;
    let sum = &told.total;
    assert_eq!((sum.requests, sum.input_tokens, sum.output_tokens), (2, 2000, 200));
    assert_eq!(sum.cost, 2 * COST);
    assert_eq!(told.models.len(), 1);
    assert_eq!((told.models[0].of.as_str(), &told.models[0].sum), ("claude-sonnet-4-5", sum));
    assert_eq!((&told.sessions[0].of, &told.sessions[0].sum), (&(id, "hello".to_owned()), sum));
    assert_eq!((told.people[0].of, &told.people[0].sum), (stage.ada, sum));
    let days: Vec<_> = told.days.iter().map(|it| (it.of.as_str(), it.sum.requests)).collect();
    assert_eq!(days.len(), 7);
    assert_eq!(days[0], ("2026-11-10", 0));
    assert_eq!(days[6], ("2026-11-16", 2));

    let lin = stage.engine.create_user("lin@example.com", "lin", "").await.unwrap().id;
    let lin = Actor { user: lin, ..asker(&stage) };
    let hers = usage_report(&stage.engine, lin, (7, UsageOf::Mine)).await.unwrap();
    assert_eq!((hers.total.requests, hers.people.len()), (0, 0));
    let refused = usage_report(&stage.engine, lin, (7, UsageOf::Everybody)).await;
    assert!(matches!(refused, Err(UsageError::AdministratorsOnly)), "{refused:?}");
    let scopes = Scopes::from_iter([Scope::Admin]);
    let root = Actor { scopes, ..lin };
    let all = usage_report(&stage.engine, root, (1, UsageOf::Everybody)).await.unwrap();
    assert_eq!((all.days.len(), all.total.requests, all.people[0].of), (1, 2, stage.ada));
    for days in [0, -1, 367] {
        let refused = usage_report(&stage.engine, lin, (days, UsageOf::Mine)).await;
        assert!(matches!(refused, Err(UsageError::Days { .. })), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_sessions_of_a_user_pause_when_their_month_is_used_up_and_go_on_when_more_is_allowed() {
    let playbook = json!([{ "when": "hello", "do": [{ "model": "a" }, { "model": "b" }] }]);
    let Some(mut stage) = open(playbook).await else { return };
    stage.set_user_budget(2 * COST);
    stage.restart().await;
    let first = stage.session("hello", |_| {}).await.record.id;
    has_cost(&stage, first, 2 * COST).await;
    let second = stage.session("hello again", |_| {}).await.record.id;
    has_paused(&stage, second).await;
    let until = |it: &EventKind| {
        let EventKind::Life(LifeEvent::Paused { until, .. }) = it else { return None };
        *until
    };
    let renewed = stage.of(second, until).await;
    let renewed: Vec<_> = renewed.iter().map(ToString::to_string).collect();
    assert_eq!(renewed, ["2026-12-01T00:00:00.000Z"]);
    assert_eq!(stage.view(second).await.state.usage.cost, 0);

    // What was spent is found again by the next server, which is asked in vain, too.
    stage.restart().await;
    stage.ask(second, Request::Resume).await;
    has_paused(&stage, second).await;
    assert_eq!(stage.of(second, until).await.len(), 2);
    assert_eq!(report(&stage).await.spent_this_month, 2 * COST);
    stage.set_user_budget(100 * COST);
    stage.restart().await;
    stage.ask(second, Request::Resume).await;
    has_cost(&stage, second, 2 * COST).await;
}
