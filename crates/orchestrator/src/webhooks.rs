//! What forges deliver: somebody orders a revision with a comment, or something happened to a branch.
//!
//! Each repository has a secret of its own with which the forge signs, or is the app's, which has one for all. A
//! delivery is taken once, by one server; what could not be worked on is taken again when the forge delivers it again.

use agent::session::Branch;
use forge::{
    Comment,
    webhook::{self, Command, Covers, Delivery, Event, Secret, Undeliverable},
};
use http::HeaderMap;
use model::id::EquipmentId;
use store::StoreError;

use crate::{
    agents::{Agents, RequestError},
    ground::{GroundError, kind},
    orders::{self, Order},
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
        let kept = self.owned_repository(repository).await?;
        let kind = kind(kept.forge).ok_or(Undeliverable::Unsigned)?;
        let secret = self.webhook_secret(repository).await.map_err(RequestError::Store)?;
        let secret = Secret::new(secret.into_bytes()).expect("what was drawn is not empty");
        let Delivery { id, event, .. } = webhook::receive(kind, &secret, headers, body)?;
        self.once(&format!("{repository}/{id}"), self.take(repository, &event)).await
    }

    /// Does what a delivery asks for, unless that was done before.
    pub(crate) async fn once(
        &self,
        delivery: &str,
        work: impl Future<Output = Result<(), WebhookError>>,
    ) -> Result<(), WebhookError> {
        let (store, now) = (self.hub().engine.store(), self.hub().engine.clock().now());
        if !store.claim_forge_delivery(delivery, now).await.map_err(RequestError::Store)? {
            return Ok(());
        }
        let done = work.await;
        if done.is_err()
            && let Err(error) = store.release_forge_delivery(delivery).await
        {
            tracing::warn!(%delivery, %error, "a delivery will not be taken again");
        }
        done
    }

    /// Does what an event means for the sessions about a repository.
    pub(crate) async fn take(
        &self,
        repository: EquipmentId,
        event: &Event,
    ) -> Result<(), WebhookError> {
        match event {
            Event::Ignored | Event::ThreadSettled { .. } => Ok(()),
            Event::PullRequestChanged { .. } | Event::CheckEnded { .. } | Event::Pushed { .. } => {
                for view in self.sessions_of(repository).await? {
                    self.hub().tell(view.record.id, Message::Look).await?;
                }
                Ok(())
            }
            Event::Commented { number, comment, .. } => match event.command() {
                Some(ordered) => self.heed(repository, (*number, comment), ordered).await,
                None => Ok(()),
            },
        }
    }

    /// Passes an order on to the session whose pull request it stands in.
    async fn heed(
        &self,
        repository: EquipmentId,
        (number, comment): (u64, &Comment),
        (Command::Revise { text }, covers): (Command, Covers),
    ) -> Result<(), WebhookError> {
        let sessions = self.sessions_of(repository).await?;
        let found = sessions.iter().find_map(|view| Some((view, branch_of(view, number)?)));
        let Some((view, branch)) = found else { return Ok(()) };
        if branch.heard.contains(&comment.id.to_string()) {
            return Ok(());
        }
        let ground = self.hub().ground(view.state.owner, repository).await?;
        let Some(host) = &ground.host else { return Ok(()) };
        if !orders::may_order(host, comment).await.map_err(GroundError::from)? {
            return Ok(());
        }
        let discussion = host.forge.discussion(&host.path, number).await;
        let discussion = discussion.map_err(GroundError::from)?;
        let order = Order { number, comment, text: &text, covers: &covers };
        let place = (view.record.id, branch.id);
        orders::take(self.hub(), host, place, (order, &discussion)).await?;
        Ok(())
    }
}

fn branch_of(view: &View, number: u64) -> Option<&Branch> {
    let has_it = |it: &&Branch| it.request.as_ref().is_some_and(|it| it.number == number);
    view.state.branches.iter().find(has_it)
}
