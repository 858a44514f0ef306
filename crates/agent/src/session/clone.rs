//! How a session begins: from nothing, or with the plan of another.

use model::{
    id::{AgentSessionId, UserId},
    time::Timestamp,
};

use super::{
    event::{Event, EventKind, LifeEvent, PlanEvent},
    settings::Settings,
    state::{Author, Origin, State},
};

impl State {
    /// The first event of a session.
    #[must_use]
    pub fn open(id: AgentSessionId, owner: UserId, settings: Settings, at: Timestamp) -> Event {
        let from = Origin::New;
        Event { seq: 1, at, kind: LifeEvent::Opened { id, owner, settings, from }.into() }
    }

    /// The first events of a session with the same plan and settings, in which nothing has been done.
    #[must_use]
    pub fn clone_as(&self, id: AgentSessionId, owner: UserId, at: Timestamp) -> Vec<Event> {
        let (settings, from) = (self.settings.clone(), Origin::CloneOf { session: self.id });
        let opened = LifeEvent::Opened { id, owner, settings, from };
        let saved = self.plan.as_ref().map(|plan| PlanEvent::PlanSaved {
            version: 1,
            text: plan.text().to_owned(),
            by: Author::Person { user: owner },
        });
        let kinds = [Some(EventKind::from(opened)), saved.map(EventKind::from)];
        let events = kinds.into_iter().flatten().zip(1..);
        events.map(|(kind, seq)| Event { seq, at, kind }).collect()
    }
}
