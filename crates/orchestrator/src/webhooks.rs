//! What forges deliver: somebody orders a revision with a comment, or something happened to a branch.
//!
//! Each repository has a secret of its own with which the forge signs. Whoever orders something must be allowed to
//! write to the repository; what they and others wrote reaches the agent as data.

use agent::session::{Branch, Fact};
use forge::{
    Access, Comment, Discussion, Reaction, Resolution, Thread,
    webhook::{self, Command, Covers, Delivery, Event, Secret, Undeliverable},
};
use http::HeaderMap;
use model::id::{AgentSessionId, EquipmentId, UserId};
use store::StoreError;

use crate::{
    agents::{Agents, RequestError},
    ground::{GroundError, Host, kind},
    owner::Message,
    view::View,
};

/// Why a delivery is not taken.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Also of a repository that is not there, or that nothing is delivered for: strangers learn neither.
    #[error(transparent)]
    Unsigned(Undeliverable),
    #[error(transparent)]
    Unreadable(Undeliverable),
    #[error(transparent)]
    Ground(#[from] GroundError),
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl From<Undeliverable> for WebhookError {
    fn from(error: Undeliverable) -> Self {
        match error {
            Undeliverable::Unsigned => Self::Unsigned(error),
            Undeliverable::Header { .. } | Undeliverable::Unreadable { .. } => {
                Self::Unreadable(error)
            }
        }
    }
}

impl Agents {
    /// With what the forge signs deliveries for a repository: to be set there by its owner.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn webhook_secret(&self, repository: EquipmentId) -> Result<String, StoreError> {
        self.hub().engine.secret(&format!("webhook_{repository}")).await
    }

    /// Where the forge delivers what happens in a repository.
    #[must_use]
    pub fn webhook_url(&self, repository: EquipmentId) -> String {
        format!("{}/api/forge/webhook/{repository}", self.hub().config.public_url)
    }

    /// Takes a delivery for a repository.
    ///
    /// # Errors
    ///
    /// When it is not signed as it should be, or cannot be worked on.
    pub async fn receive_webhook(
        &self,
        repository: EquipmentId,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), WebhookError> {
        let (owner, kept) = self.owned_repository(repository).await?;
        let kind = kind(kept.forge).ok_or(Undeliverable::Unsigned)?;
        let secret = self.webhook_secret(repository).await.map_err(RequestError::Store)?;
        let secret = Secret::new(secret.into_bytes()).expect("what was drawn is not empty");
        let delivery = webhook::receive(kind, &secret, headers, body)?;
        if !self.hub().is_new_delivery(&delivery.id) {
            return Ok(());
        }
        self.take((owner, repository), delivery).await
    }

    async fn take(
        &self,
        (owner, repository): (UserId, EquipmentId),
        Delivery { event, .. }: Delivery,
    ) -> Result<(), WebhookError> {
        let sessions = self.sessions_of(repository).await?;
        match &event {
            Event::Ignored | Event::ThreadSettled { .. } => Ok(()),
            Event::PullRequestChanged { .. } | Event::CheckEnded { .. } | Event::Pushed { .. } => {
                for view in sessions {
                    self.hub().tell(view.record.id, Message::Look).await?;
                }
                Ok(())
            }
            Event::Commented { number, comment, .. } => {
                let Some((command, covers)) = event.command() else { return Ok(()) };
                let found =
                    sessions.iter().find_map(|view| Some((view, branch_of(view, *number)?)));
                let Some((view, branch)) = found else { return Ok(()) };
                let ground = self.hub().ground(owner, repository).await?;
                let Some(host) = &ground.host else { return Ok(()) };
                let order = Order { number: *number, comment, command, covers };
                self.revise(host, (view.record.id, branch), order).await
            }
        }
    }

    /// Has an agent change what a comment orders, and tells its author whether that is so.
    async fn revise(
        &self,
        host: &Host,
        (session, branch): (AgentSessionId, &Branch),
        order: Order<'_>,
    ) -> Result<(), WebhookError> {
        let Order { number, comment, command: Command::Revise { text }, covers } = order;
        // A forge signs what it delivers, and not the delivery's id.
        if !self.hub().is_new_delivery(&format!("{:?}", comment.id)) {
            return Ok(());
        }
        let login = &comment.author.login;
        let access = host.forge.access(&host.path, login).await.map_err(GroundError::from)?;
        if access != Access::Write {
            return Ok(());
        }
        let discussion = host.forge.discussion(&host.path, number).await;
        let discussion = discussion.map_err(GroundError::from)?;
        let text = asked(&text, &covers, &discussion);
        let reviewed = match text {
            Some(text) => {
                let fact = Fact::Reviewed { branch: branch.id, by: login.clone(), text };
                self.hub().report(session, fact).await
            }
            None => {
                Err("there is no unresolved review; say after `revise` what to change".to_owned())
            }
        };
        let told = match reviewed {
            Ok(()) => host.forge.react(&host.path, number, &comment.id, Reaction::ThumbsUp).await,
            Err(why) => {
                let words = format!("@{login} Nothing is revised: {why}.");
                host.forge.comment(&host.path, number, &words).await.map(drop)
            }
        };
        if let Err(error) = told {
            tracing::warn!(%session, %error, "somebody was not told about their order");
        }
        Ok(())
    }
}

/// What a comment orders.
struct Order<'a> {
    number: u64,
    comment: &'a Comment,
    command: Command,
    covers: Covers,
}

fn branch_of(view: &View, number: u64) -> Option<&Branch> {
    let has_it = |it: &&Branch| it.request.as_ref().is_some_and(|it| it.number == number);
    view.state.branches.iter().find(has_it)
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
