//! The second witness: what the daemon's events say about the end of our containers.
//!
//! One stream of events serves all containers of a daemon. It is asked for from the moment the daemon
//! was met, so nothing is missed while it opens; after a break, containers that are not listed any
//! more are gone.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bollard::{
    errors::Error,
    models::{EventMessage, EventMessageTypeEnum},
    query_parameters::{EventsOptionsBuilder, ListContainersOptionsBuilder},
};
use futures_util::StreamExt;
use tokio::sync::watch;

use super::LABEL;

/// Between two tries to reach a daemon that is away.
const PAUSE: Duration = Duration::from_millis(500);

/// After so many of them nobody can say any more what became of its containers.
const PATIENCE: u32 = 20;

/// What is known of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) out_of_memory: bool,
    pub(super) gone: bool,
}

#[derive(Debug, Default)]
pub(super) struct Witness {
    watched: Mutex<HashMap<String, watch::Sender<Fate>>>,
}

impl Witness {
    /// Begins to watch a container, which must not have been started yet.
    pub(super) fn watch(&self, id: &str) -> watch::Receiver<Fate> {
        let (sender, receiver) = watch::channel(Fate::default());
        self.watched().insert(id.to_owned(), sender);
        receiver
    }

    /// Whoever removed it knows that it is gone.
    pub(super) fn saw_removed(&self, id: &str) {
        if let Some(sender) = self.watched().remove(id) {
            sender.send_modify(|it| it.gone = true);
        }
    }

    /// Follows the events of one owner's containers; never returns.
    pub(super) async fn serve(&self, api: &bollard::Docker, owner: &str, mut since: String) {
        let mut failures = 0;
        loop {
            let error = self.follow(api, owner, &mut since).await;
            tracing::warn!(?error, "the stream of Docker's events broke");
            match self.compare(api, owner).await {
                Ok(()) => failures = 0,
                Err(_) if failures < PATIENCE => failures += 1,
                Err(error) => {
                    tracing::warn!(%error, "the Docker daemon stays away; its containers are given up");
                    self.give_up();
                    failures = 0;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow(
        &self,
        api: &bollard::Docker,
        owner: &str,
        since: &mut String,
    ) -> Option<Error> {
        let filters = HashMap::from([
            ("type", vec!["container".to_owned()]),
            ("label", vec![format!("{}={owner}", LABEL)]),
        ]);
        let options = EventsOptionsBuilder::new().since(since).filters(&filters).build();
        let mut events = Box::pin(api.events(Some(options)));
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    if let Some(nanos) = event.time_nano {
                        *since = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
                    }
                    self.saw(&event);
                }
                Err(error) => return Some(error),
            }
        }
        None
    }

    fn saw(&self, event: &EventMessage) {
        if event.typ != Some(EventMessageTypeEnum::CONTAINER) {
            return;
        }
        let Some(id) = event.actor.as_ref().and_then(|it| it.id.as_ref()) else { return };
        match event.action.as_deref() {
            Some("oom") => {
                if let Some(sender) = self.watched().get(id) {
                    sender.send_modify(|it| it.out_of_memory = true);
                }
            }
            // Podman's word is the second.
            Some("destroy" | "remove") => self.saw_removed(id),
            _ => {}
        }
    }

    /// Finds out what happened while no events came.
    async fn compare(&self, api: &bollard::Docker, owner: &str) -> Result<(), Error> {
        // Asked before: a container that is created meanwhile is not missed but new.
        let watched: Vec<String> = self.watched().keys().cloned().collect();
        let filters = HashMap::from([("label", vec![format!("{}={owner}", LABEL)])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let there = api.list_containers(Some(options)).await?;
        let there: HashSet<String> = there.into_iter().filter_map(|it| it.id).collect();
        for id in watched.iter().filter(|it| !there.contains(*it)) {
            self.saw_removed(id);
        }
        Ok(())
    }

    fn give_up(&self) {
        let watched = std::mem::take(&mut *self.watched());
        for sender in watched.into_values() {
            sender.send_modify(|it| it.gone = true);
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Fate>>> {
        // Each change is one step.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: &str, id: &str) -> EventMessage {
        let json = serde_json::json!({"Type": "container", "Action": action, "Actor": {"ID": id}});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_end_for_lack_of_memory_is_remembered() {
        let witness = Witness::default();
        let (one, other) = (witness.watch("one"), witness.watch("other"));
        for it in ["oom", "die", "destroy"] {
            witness.saw(&event(it, "one"));
        }
        assert_eq!(*one.borrow(), Fate { out_of_memory: true, gone: true });
        assert_eq!(*other.borrow(), Fate::default());
    }

    #[test]
    fn when_the_daemon_stays_away_nobody_waits_for_ever() {
        let witness = Witness::default();
        let fate = witness.watch("one");
        witness.give_up();
        assert!(fate.borrow().gone);
    }
}
