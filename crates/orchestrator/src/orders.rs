//! What people order with comments at the forge, whoever tells of them: a webhook, or a look at the forge.
//!
//! Whoever orders something must be a person who may write to the repository; what they and others wrote reaches the
//! agent as data. A session remembers whose orders it heard, so that each is taken once, and answered once.

use std::sync::Arc;

use agent::session::{BranchId, Fact, Refusal};
use forge::{
    Access, AuthorKind, Comment, Discussion, ForgeError, Reaction, Resolution, Thread,
    webhook::{Command, Covers},
};
use model::id::AgentSessionId;

use crate::{
    agents::{Hub, RequestError},
    ground::Host,
};

/// What a comment orders.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) number: u64,
    pub(crate) comment: &'a Comment,
    pub(crate) text: &'a str,
    pub(crate) covers: &'a Covers,
}

/// Whether the author of a comment may order something.
pub(crate) async fn may_order(host: &Host, comment: &Comment) -> Result<bool, ForgeError> {
    let author = &comment.author;
    Ok(author.kind == AuthorKind::Person
        && host.forge.access(&host.path, &author.login).await? == Access::Write)
}

/// Has an agent change what a comment orders, and tells its author, who may order, whether that is so.
pub(crate) async fn take(
    hub: &Arc<Hub>,
    host: &Host,
    (session, branch): (AgentSessionId, BranchId),
    (order, discussion): (Order<'_>, &Discussion),
) -> Result<(), RequestError> {
    let Order { number, comment, text, covers } = order;
    let (by, id) = (comment.author.login.clone(), comment.id.to_string());
    let answer = match asked(text, covers, discussion) {
        Some(text) => {
            let fact = Fact::Reviewed { branch, comment: id.clone(), by: by.clone(), text };
            heard(hub.report(session, fact).await)?
        }
        None => Answer::Declined(
            "there is no unresolved review; say after `revise` what to change".to_owned(),
        ),
    };
    let told = match answer {
        Answer::Before => return Ok(()),
        Answer::Taken => {
            host.forge.react(&host.path, number, &comment.id, Reaction::ThumbsUp).await
        }
        Answer::Declined(why) => {
            let words = format!("@{by} Nothing is revised: {why}.");
            // Remembered first: nobody is told twice.
            let fact = Fact::OrderDeclined { branch, comment: id, by, why };
            match heard(hub.report(session, fact).await)? {
                Answer::Taken => host.forge.comment(&host.path, number, &words).await.map(drop),
                Answer::Before | Answer::Declined(_) => return Ok(()),
            }
        }
    };
    if let Err(error) = told {
        tracing::warn!(%session, %error, "somebody was not told about their order");
    }
    Ok(())
}

/// What a session says to an order.
enum Answer {
    Taken,
    Declined(String),
    /// It has heard it before.
    Before,
}

fn heard(reported: Result<(), RequestError>) -> Result<Answer, RequestError> {
    match reported {
        Ok(()) => Ok(Answer::Taken),
        Err(RequestError::Refused(Refusal::HeardAlready { .. })) => Ok(Answer::Before),
        Err(RequestError::Refused(refusal)) => Ok(Answer::Declined(refusal.to_string())),
        Err(error) => Err(error),
    }
}

/// All that a revision is asked for; `None` if that is nothing.
fn asked(text: &str, covers: &Covers, discussion: &Discussion) -> Option<String> {
    let is_covered = |it: &&Thread| match covers {
        Covers::Unresolved => it.resolution == Resolution::Unresolved,
        Covers::Thread(thread) => it.id == *thread,
    };
    let threads = discussion.threads.iter().filter(is_covered).map(told_thread);
    let parts: Vec<String> = [text.trim().to_owned()].into_iter().chain(threads).collect();
    let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// Without the orders themselves, which are no part of what is to be changed.
fn told_thread(thread: &Thread) -> String {
    let place = match thread.line {
        Some(line) => format!("{}:{line}", thread.path),
        None => thread.path.clone(),
    };
    let said = thread.comments.iter().filter(|it| Command::parse(&it.body).is_none());
    let said: Vec<_> = said.map(|it| format!("{}: {}", it.author.login, it.body.trim())).collect();
    if said.is_empty() { String::new() } else { format!("At {place}\n{}", said.join("\n")) }
}
