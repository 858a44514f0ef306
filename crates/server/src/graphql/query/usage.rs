//! What agents have asked of models.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use orchestrator::{Share, UsageOf, UsageReport as Report, usage_report};
use store::UsageSum as Sum;

use super::super::{
    asker::Asker,
    person::Person,
    refusal::{Result, refused},
    scalars::Timestamp,
};

#[derive(Default)]
pub(super) struct UsageQuery;

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum UsageScope {
    Mine,
    Everybody,
}

#[derive(SimpleObject)]
pub(super) struct UsageReport {
    since: Timestamp,
    total: UsageSum,
    /// oldest first, every day of the time, UTC
    days: Vec<UsageOfDay>,
    /// dearest first
    models: Vec<UsageOfModel>,
    /// dearest first, at most 50
    sessions: Vec<UsageOfSession>,
    /// dearest first, at most 50; with MINE only the viewer
    people: Vec<UsagePerson>,
    /// millionths of a dollar that each user may spend in a calendar month (UTC); null is no bound
    monthly_budget: Option<u64>,
    /// by the viewer
    spent_this_month: u64,
}

#[derive(SimpleObject)]
pub(super) struct UsageSum {
    requests: u64,
    input_tokens: u64,
    output_tokens: u64,
    /// millionths of a dollar
    cost: u64,
}

#[derive(SimpleObject)]
pub(super) struct UsageOfDay {
    /// as 2026-11-22
    day: String,
    sum: UsageSum,
}

#[derive(SimpleObject)]
pub(super) struct UsageOfModel {
    model: String,
    sum: UsageSum,
}

#[derive(SimpleObject)]
pub(super) struct UsageOfSession {
    session: ID,
    title: String,
    sum: UsageSum,
}

#[derive(SimpleObject)]
pub(super) struct UsagePerson {
    person: Person,
    sum: UsageSum,
}

#[Object]
impl UsageQuery {
    /// What agents have asked of models. EVERYBODY for administrators only.
    async fn usage(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(30)")] days: Option<i32>,
        #[graphql(default_with = "Some(UsageScope::Mine)")] whose: Option<UsageScope>,
    ) -> Result<UsageReport> {
        let asker = Asker::of(context);
        let whose = match whose {
            Some(UsageScope::Everybody) => UsageOf::Everybody,
            Some(UsageScope::Mine) | None => UsageOf::Mine,
        };
        let asked = (i64::from(days.unwrap_or(30)), whose);
        let told = usage_report(&asker.app.engine, asker.actor(), asked).await.map_err(refused)?;
        let monthly_budget = asker.app.agents.as_ref().ok().and_then(|it| it.user_budget());
        Ok(UsageReport::new(told, monthly_budget))
    }
}

impl UsageReport {
    fn new(told: Report, monthly_budget: Option<u64>) -> Self {
        let Report { since, total, days, models, sessions, people, spent_this_month } = told;
        let day = |Share { of, sum }| UsageOfDay { day: of, sum: sum.into() };
        let model = |Share { of, sum }| UsageOfModel { model: of, sum: sum.into() };
        let session = |Share { of: (id, title), sum }: Share<(model::id::AgentSessionId, _)>| {
            UsageOfSession { session: ID(id.to_string()), title, sum: sum.into() }
        };
        let person = |Share { of, sum }| UsagePerson { person: Person(of), sum: sum.into() };
        Self {
            since: Timestamp(since),
            total: total.into(),
            days: days.into_iter().map(day).collect(),
            models: models.into_iter().map(model).collect(),
            sessions: sessions.into_iter().map(session).collect(),
            people: people.into_iter().map(person).collect(),
            monthly_budget,
            spent_this_month,
        }
    }
}

impl From<Sum> for UsageSum {
    fn from(sum: Sum) -> Self {
        let Sum { requests, input_tokens, output_tokens, cost } = sum;
        Self { requests, input_tokens, output_tokens, cost }
    }
}
