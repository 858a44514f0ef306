//! What a session may cost, and all sessions of a user together.

use std::sync::Arc;

use gateway::{Budget, Month, TroubleKind};
use jiff::Timestamp;
use tokio::{io::AsyncWriteExt, sync::Semaphore, task::JoinSet};

use crate::{
    provider::{Provider, Reply, stream},
    session::{Session, Setup, TOKEN, message, post, within},
};

/// Of one whole answer of the model: 11 tokens of input, 7 of output.
const COST: u64 = 11 * 5 + 7 * 25;

fn with_budget(provider: &Provider, limit: u64, spent: u64) -> Session {
    let mut setup = Setup::of(provider);
    setup.budget = Budget::new(Some(limit), spent);
    setup.begin()
}

#[tokio::test]
async fn a_budget_that_is_used_up_ends_it_and_says_so() {
    let provider = Provider::saying(stream()).await;
    let mut session = with_budget(&provider, COST + 1, 0);
    for _ in 0..2 {
        assert_eq!(session.ask(message("claude-opus-5")).await.status, 200);
        assert_eq!(session.metered().await.trouble, None);
    }
    let told = session.ask(message("claude-opus-5")).await;
    assert_eq!((told.status, &*told.error().0), (402, "billing_error"));
    assert_eq!(told.headers["x-should-retry"], "false");
    let metered = session.metered().await;
    assert_eq!(metered.trouble.unwrap().kind, TroubleKind::BudgetSpent);
    assert_eq!((metered.cost, metered.status), (0, Some(402)));
    assert_eq!((session.budget.spent(), provider.asked().len()), (2 * COST, 2));
}

#[tokio::test]
async fn what_was_spent_before_counts_and_a_higher_limit_lets_it_go_on() {
    let provider = Provider::saying(stream()).await;
    let mut session = with_budget(&provider, 1000, 1000);
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 402);
    session.budget.set_limit(Some(1001));
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 200);
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 402);
    session.budget.set_limit(None);
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 200);
}

#[tokio::test]
async fn counting_tokens_needs_no_budget() {
    let provider = Provider::saying(Reply::json(200, "{}")).await;
    let mut session = with_budget(&provider, 0, 0);
    let request = post("/v1/messages/count_tokens", r#"{"model":"claude-opus-5"}"#);
    assert_eq!(session.ask(request).await.status, 200);
}

#[tokio::test]
async fn requests_side_by_side_overshoot_by_one_at_most() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    // Each may cost 100 tokens of output, so the second does not fit beside the first.
    let mut session = with_budget(&provider, 2600, 2500);
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let mut client = session.client().await;
        waiting.spawn(async move { client.ask(message("claude-opus-5")).await.status });
    }
    within(provider.arrivals.recv()).await.unwrap();
    gate.add_permits(8);
    let mut statuses = within(waiting.join_all()).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 402, 402, 402, 402, 402, 402, 402]);
    assert_eq!((session.budget.spent(), provider.asked().len()), (2500 + COST, 1));
}

#[tokio::test]
async fn requests_that_fit_go_side_by_side() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let mut session = with_budget(&provider, 1_000_000, 0);
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let mut client = session.client().await;
        waiting.spawn(async move { client.ask(message("claude-opus-5")).await.status });
    }
    for _ in 0..8 {
        within(provider.arrivals.recv()).await.unwrap();
    }
    gate.add_permits(8);
    assert_eq!(within(waiting.join_all()).await, [200; 8]);
    assert_eq!(session.budget.spent(), 8 * COST);
}

#[tokio::test]
async fn a_request_that_waits_for_the_budget_may_go_away() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let mut session = with_budget(&provider, 2600, 0);
    let mut first = session.client().await;
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { first.ask(message("claude-opus-5")).await.status });
    within(provider.arrivals.recv()).await.unwrap();
    let (mut second, ours) = tokio::io::duplex(8 << 10);
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: g\r\nx-api-key: {TOKEN}\r\ncontent-length: 25\r\n\r\n{{\"model\":\"claude-opus-5\"}}"
    );
    second.write_all(request.as_bytes()).await.unwrap();
    drop(second);
    within(session.gateway.serve(ours, Arc::clone(&session.pass))).await;
    gate.add_permits(2);
    assert_eq!(within(tasks.join_next()).await.unwrap().unwrap(), 200);
    assert_eq!(session.ask(message("claude-opus-5")).await.status, 200);
    assert_eq!(session.budget.spent(), 2 * COST);
}

#[tokio::test]
async fn what_the_provider_refuses_costs_nothing() {
    let provider = Provider::saying(Reply::error(400, "invalid_request_error", "no")).await;
    let mut session = with_budget(&provider, 1, 0);
    for _ in 0..3 {
        assert_eq!(session.ask(message("claude-opus-5")).await.status, 400);
        assert_eq!(session.metered().await.cost, 0);
    }
    assert_eq!(session.budget.spent(), 0);
}

/// Of a user who has spent so much of 2600 in November.
fn user_budget(spent: u64) -> Budget {
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    Budget::monthly(2600, (spent, Month::of(now)), move || now)
}

fn with_user_budget(provider: &Provider, budget: &Budget) -> Session {
    let mut setup = Setup::of(provider);
    let budget = budget.clone();
    setup.pass = Box::new(move |it| it.with_user_budget(budget));
    setup.begin()
}

#[tokio::test]
async fn sessions_of_one_user_overshoot_their_budget_together_by_one_request_at_most() {
    let gate = Arc::new(Semaphore::new(0));
    let mut provider = Provider::saying(stream().after(&gate)).await;
    let budget = user_budget(2500);
    let mut sessions = [(); 4].map(|()| with_user_budget(&provider, &budget));
    let mut waiting = JoinSet::new();
    for session in &mut sessions {
        for _ in 0..2 {
            let mut client = session.client().await;
            waiting.spawn(async move { client.ask(message("claude-opus-5")).await.status });
        }
    }
    within(provider.arrivals.recv()).await.unwrap();
    gate.add_permits(8);
    let mut statuses = within(waiting.join_all()).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 402, 402, 402, 402, 402, 402, 402]);
    assert_eq!((budget.spent(), provider.asked().len()), (2500 + COST, 1));
}

#[tokio::test]
async fn whose_budget_is_used_up_is_said_with_the_day_when_it_begins_anew() {
    let provider = Provider::saying(stream()).await;
    let mut session = with_user_budget(&provider, &user_budget(2600));
    let told = session.ask(message("claude-opus-5")).await;
    let (kind, words) = told.error();
    assert_eq!((told.status, &*kind), (402, "billing_error"));
    assert!(words.contains("each user") && words.contains("2026-12-01"), "{words}");
    let metered = session.metered().await;
    assert_eq!(metered.trouble.unwrap().kind, TroubleKind::UserBudgetSpent);
    assert_eq!((session.budget.spent(), provider.asked().len()), (0, 0));
}
