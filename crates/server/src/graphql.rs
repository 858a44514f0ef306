//! GraphQL: agent sessions and what they are equipped with, for pages and programs.
//!
//! ```text
//!  POST /graphql ─▶ caller ─▶ document: bounds, one kind of operation ─▶ schema ─▶ orchestrator
//!  GET  /graphql ─▶ socket (`socket`): the same, for subscriptions
//! ```
//!
//! Who asks is found as for every other route, and a resolver does what a REST route would: it translates, and leaves
//! rules to `orchestrator`. A request makes at most one change, so that the audit log names it.

mod asker;
mod check;
mod equipment;
mod mutation;
mod person;
mod query;
mod refusal;
mod scalars;
mod session;
mod socket;
mod subscription;

use async_graphql::{Request, Response, Schema};
use futures_util::{Stream, StreamExt};

pub(crate) use self::{
    asker::Asker,
    check::{Kind, Operation},
    refusal::{refusal, status},
    socket::converse,
};
use self::{mutation::Mutation, query::Query, subscription::Subscription};

/// The schema, without whoever asks. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Schema<Query, Mutation, Subscription>);

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

impl Api {
    pub(crate) fn new() -> Self {
        Self(Schema::build(Query::default(), Mutation::default(), Subscription).finish())
    }

    /// Answers one operation, all of whose errors say what kind they are.
    pub(crate) async fn answer(&self, request: Request, asker: Asker) -> Response {
        refusal::coded(self.0.execute(request.data(asker)).await)
    }

    /// The same for a subscription, which has many answers.
    fn follow(
        &self,
        request: Request,
        asker: Asker,
    ) -> impl Stream<Item = Response> + Send + use<> {
        self.0.execute_stream(request.data(asker)).map(refusal::coded)
    }
}

/// The schema as text. It is checked in as `crates/server/schema.graphql`, and a test holds the two equal.
#[must_use]
pub fn graphql_schema() -> String {
    Api::new().0.sdl()
}
