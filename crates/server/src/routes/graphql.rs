//! GraphQL: a query or a mutation by a request, subscriptions over a WebSocket.

use async_graphql::Response as Answered;
use axum::{Json as Reply, extract::State, response::Response};
use model::scope::Scope;

use crate::{
    App,
    audit::Witness,
    auth::Caller,
    extract::Json,
    graphql::{Asker, Kind, Operation, converse, refusal, status},
    problem::{Problem, ProblemDetails},
    socket::Upgrade,
    wire::graphql::{GraphQlRequest, GraphQlResponse},
};

/// Largest message: a document of 32 KiB with its variables.
const MAX_MESSAGE_BYTES: usize = 64 << 10;

const PROTOCOL: &str = "graphql-transport-ws";

/// Asks one operation of GraphQL: agent sessions, and what they are equipped with.
///
/// The schema is `crates/server/schema.graphql`, and introspection tells it. A document is at most 12 fields deep, asks
/// for at most 1,000 fields, 20 of them at the top, and makes at most one change, for which a token needs `agent:write`.
/// What is wrong with an operation is among `errors`, each with the code of a problem.
#[utoipa::path(post, path = "/graphql", tag = "agents", security(("bearer" = ["agent:read"])),
    request_body = GraphQlRequest, responses(
    (status = 200, description = "the answer, which may be errors", body = GraphQlResponse),
    (status = 400, description = "the request is no operation of GraphQL", body = ProblemDetails)))]
pub(crate) async fn ask(
    State(app): State<App>,
    caller: Caller,
    witness: Witness,
    Json(body): Json<GraphQlRequest>,
) -> Result<Reply<GraphQlResponse>, Problem> {
    app.check_hub()?;
    let operation = match Operation::parse(&body.query, body.operation_name.as_deref()) {
        Ok(operation) => operation,
        Err(problem) => return Ok(reply(refusal(&problem))),
    };
    match operation.kind {
        Kind::Query => Ok(reply(run(&app, &caller, witness, body, operation).await)),
        Kind::Mutation => {
            let action = format!("agents_{}", snake_case(&operation.field));
            let answered = match caller.require(Scope::AgentWrite) {
                Ok(()) => run(&app, &caller, witness.clone(), body, operation).await,
                Err(problem) => refusal(&problem),
            };
            witness.did(action, status(&answered));
            Ok(reply(answered))
        }
        Kind::Subscription => {
            let detail = "subscriptions are opened over the WebSocket at GET /graphql";
            Ok(reply(refusal(&Problem::invalid(detail))))
        }
    }
}

async fn run(
    app: &App,
    caller: &Caller,
    witness: Witness,
    body: GraphQlRequest,
    operation: Operation,
) -> Answered {
    let asker = Asker::new(app.clone(), caller, witness);
    app.graphql.answer(body.read(operation), asker).await
}

fn reply(answered: Answered) -> Reply<GraphQlResponse> {
    Reply(GraphQlResponse { answered })
}

/// `putMcpServer` as the audit log calls it: `put_mcp_server`.
fn snake_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 4);
    for character in field.chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// Opens subscriptions of GraphQL.
///
/// A WebSocket of the protocol `graphql-transport-ws`, for subscriptions only. Who opens it is found as for every
/// request; what `connection_init` carries is not looked at.
#[utoipa::path(get, path = "/graphql", tag = "agents", security(("bearer" = ["agent:read"])), responses(
    (status = 101, description = "the socket is open"),
    (status = 403, description = "a page of another site", body = ProblemDetails),
    (status = 426, description = "not a WebSocket", body = ProblemDetails),
    (status = 429, description = "too many are open", body = ProblemDetails)))]
pub(crate) async fn subscribe(
    State(app): State<App>,
    caller: Caller,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    app.check_hub()?;
    let asker = Asker::new(app.clone(), &caller, Witness::default());
    upgrade.speaking(PROTOCOL)?.serve(&app, &caller, MAX_MESSAGE_BYTES, async move |socket| {
        converse(asker, socket).await;
    })
}
