//! Subscriptions over a WebSocket, as graphql-transport-ws has them.
//!
//! ```text
//!  connection_init ─▶ connection_ack ─▶ subscribe (id) ─▶ next … next ─▶ complete
//!                                            └─▶ error       ▲ complete from either side
//! ```
//!
//! Only subscriptions: what is asked once is asked by a request, which is counted and written down.

use std::collections::HashMap;

use async_graphql::Response;
use axum::http::StatusCode;
use futures_util::{
    FutureExt, StreamExt,
    future::AbortHandle,
    stream::{self, BoxStream, SelectAll},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Asker,
    check::{Kind, Operation},
    refusal,
};
use crate::{
    problem::{Code, Problem},
    socket::{Closed, Farewell, Received, Socket},
    wire::graphql::GraphQlRequest,
};

/// Subscriptions of one socket at a time: a page has three.
const MOST_SUBSCRIPTIONS: usize = 64;

/// What a peer says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit {},
    Ping {},
    Pong {},
    Subscribe { id: String, payload: GraphQlRequest },
    Complete { id: String },
}

/// The next of a subscription, by its id and its number; the last has no response.
type Next = (String, u64, Option<Response>);

struct Conversation {
    asker: Asker,
    is_initialised: bool,
    /// What is still answered, by the peer's id.
    open: HashMap<String, (u64, AbortHandle)>,
    /// Counts all there were: an id may be used again.
    count: u64,
    answers: SelectAll<BoxStream<'static, Next>>,
}

/// Answers a peer until one side ends it.
pub(crate) async fn converse(asker: Asker, mut socket: Socket) {
    let (open, answers) = (HashMap::new(), SelectAll::new());
    let mut it = Conversation { asker, is_initialised: false, open, count: 0, answers };
    let why = loop {
        let messages: Vec<Value> = tokio::select! {
            received = socket.receive() => match received {
                Some(Received::Text(text)) => match it.hear(&text) {
                    Ok(said) => said.into_iter().chain(it.begin()).collect(),
                    Err(why) => break why,
                },
                Some(Received::Binary(_)) => break Farewell::NotOfProtocol,
                // The peer is gone, or was told why.
                None => return,
            },
            Some(next) = it.answers.next(), if !it.answers.is_empty() => {
                it.pass_on(next).into_iter().collect()
            }
        };
        for message in messages {
            if let Err(Closed) = socket.send_text(message.to_string()).await {
                // Told why, if there is a reason, by whoever waits for the next message.
                break;
            }
        }
    };
    socket.close(why).await;
}

impl Conversation {
    /// What is said in return to a message.
    fn hear(&mut self, text: &str) -> Result<Option<Value>, Farewell> {
        let said = serde_json::from_str(text).map_err(|_| Farewell::NotOfProtocol)?;
        match said {
            Said::ConnectionInit {} if self.is_initialised => Err(Farewell::InitialisedTwice),
            Said::ConnectionInit {} => {
                self.is_initialised = true;
                Ok(Some(json!({ "type": "connection_ack" })))
            }
            Said::Ping {} => Ok(Some(json!({ "type": "pong" }))),
            Said::Pong {} => Ok(None),
            Said::Subscribe { .. } if !self.is_initialised => Err(Farewell::NotInitialised),
            Said::Subscribe { id, .. } if self.open.contains_key(&id) => Err(Farewell::NameInUse),
            Said::Subscribe { id, payload } => Ok(match self.subscribe(&id, payload) {
                Ok(()) => None,
                Err(problem) => {
                    let errors = refusal::refusal(&problem).errors;
                    Some(json!({ "type": "error", "id": id, "payload": errors }))
                }
            }),
            Said::Complete { id } => {
                if let Some((_, subscription)) = self.open.remove(&id) {
                    subscription.abort();
                }
                Ok(None)
            }
        }
    }

    fn subscribe(&mut self, id: &str, request: GraphQlRequest) -> Result<(), Problem> {
        if self.open.len() >= MOST_SUBSCRIPTIONS {
            let detail =
                format!("{MOST_SUBSCRIPTIONS} subscriptions are open; complete one of them");
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::TooManyAtOnce, detail));
        }
        let operation = Operation::parse(&request.query, request.operation_name.as_deref())?;
        match operation.kind {
            Kind::Subscription => {}
            Kind::Query | Kind::Mutation => {
                let detail = "only subscriptions are taken here; send queries and mutations to POST /graphql";
                return Err(Problem::invalid(detail));
            }
        }
        let asker = self.asker.renewed();
        let api = asker.app.graphql.clone();
        let responses = api.follow(request.read(operation), asker);
        self.count += 1;
        let number = self.count;
        let (responses, handle) = stream::abortable(responses);
        let (of_next, of_last) = (id.to_owned(), id.to_owned());
        let next = responses
            .map(move |it| (of_next.clone(), number, Some(it)))
            .chain(stream::once(async move { (of_last, number, None) }));
        self.answers.push(next.boxed());
        self.open.insert(id.to_owned(), (number, handle));
        Ok(())
    }

    /// Begins what was subscribed to, before anything else is heard: nothing is missed of what happens once a later
    /// message is answered.
    fn begin(&mut self) -> Option<Value> {
        let next = self.answers.next().now_or_never().flatten()?;
        self.pass_on(next)
    }

    /// What is said of an answer; nothing once the peer has completed what it belongs to.
    fn pass_on(&mut self, (id, number, response): Next) -> Option<Value> {
        if self.open.get(&id).is_none_or(|it| it.0 != number) {
            return None;
        }
        Some(match response {
            Some(response) => json!({ "type": "next", "id": id, "payload": response }),
            None => {
                self.open.remove(&id);
                json!({ "type": "complete", "id": id })
            }
        })
    }
}
