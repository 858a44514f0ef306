//! All agent sessions of a hub: where they are found, and where their owners live.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agent::{
    harness::Harness,
    session::{Event, Fact, Refusal, Request, Settings, State},
};
use engine::{Engine, random_id};
use forge::webhook::Undeliverable;
use futures_util::Stream;
use gateway::{Gateway, ModelId, Models};
use model::{
    id::{AgentSessionId, EquipmentId, UserId},
    time::Timestamp,
};
use repository::{CommitId, Excerpt, Repositories};
use sandbox::Rule;
use store::{AgentSessionFilter, Cursor, NewAgentSession, Page, StoreError, StoredEvent};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::HubApp,
    equipment::{Equipment, EquipmentError, Repository},
    live::{FeedItem, Live},
    owner::{Beginning, Message, Owner, append},
    settings::InvalidSettings,
    usage::Ledger,
    view::{Began, Listed, Record, View},
    webhooks::WebhookError,
};

/// Longest title of a session, in characters.
const MAX_TITLE: usize = 200;

/// Events that are read at once.
const PAGE: u64 = 500;

/// Bytes of a diff that is shown.
const MAX_DIFF: usize = 512 * 1024;

/// Times that a request is made of an owner that goes just then.
const TRIES: usize = 8;

/// What an operator decides about agent sessions.
pub struct AgentsConfig {
    /// Where files of sessions that sleep are kept.
    pub directory: PathBuf,
    /// How agents are driven.
    pub harness: Arc<dyn Harness>,
    /// Directories outside `/usr` in which the agent's program is, shown to sandboxes to be read.
    pub toolchains: Vec<PathBuf>,
    pub gateway: Gateway,
    /// Those that sessions may ask, and the one that they ask where nobody chose.
    pub models: Models,
    pub default_model: Option<ModelId>,
    pub repositories: Repositories,
    /// What the sessions of each user may cost together in a calendar month of UTC, in millionths of a dollar;
    /// `None` is no bound.
    pub user_budget: Option<u64>,
    /// What sandboxes of sessions reach beside the model.
    pub network: Vec<Rule>,
    /// Of each sandbox.
    pub limits: sandbox::Limits,
    /// How long an agent may say nothing in a turn, while no person is asked. Longer than any tool of it takes.
    pub silence: Duration,
    /// What speaks for repositories that administrators keep for everybody.
    pub app: Option<HubApp>,
    /// Where the hub's pages are, without a slash at the end; pull requests lead there.
    pub public_url: String,
}

impl std::fmt::Debug for AgentsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentsConfig")
            .field("harness", &self.harness.name())
            .field("models", &self.models)
            .finish_non_exhaustive()
    }
}

/// Opens, shows and changes agent sessions. Cheap to clone.
#[derive(Clone)]
pub struct Agents(Arc<Hub>);

/// Where the owner of a session is told something, and what it shows.
struct Handle {
    mailbox: mpsc::UnboundedSender<Message>,
    shown: watch::Receiver<View>,
}

pub(crate) struct Hub {
    pub(crate) engine: Engine,
    pub(crate) equipment: Equipment,
    pub(crate) config: AgentsConfig,
    pub(crate) live: Live,
    pub(crate) ledger: Ledger,
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
    owners: Mutex<HashMap<AgentSessionId, Handle>>,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub repository: EquipmentId,
    /// What is to be done.
    pub prompt: String,
    /// The beginning of the prompt if left out.
    pub title: Option<String>,
    /// How it is done.
    pub settings: Settings,
    pub began: Began,
    /// Who asks for it, if not the one who opens it: takes part, and is named in commits.
    pub author: Option<UserId>,
}

/// Why there is no session, or no more of one.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("there is no such session")]
    NotFound,
    #[error(transparent)]
    Refused(Refusal),
    #[error("the title is empty or longer than {MAX_TITLE} characters; choose another")]
    Title,
    #[error(transparent)]
    Equipment(#[from] EquipmentError),
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    #[error("another server goes on with this session; ask that one")]
    Elsewhere,
    #[error("the session has no sandbox now; its last message says why, or try again in a moment")]
    NoSandbox,
    #[error("the server is shutting down; try again in a moment")]
    ShuttingDown,
}

/// Why a step's changes cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("what the step changed is not on this server any more: {0}")]
    Git(#[from] repository::GitError),
    #[error(transparent)]
    Place(#[from] crate::ground::GroundError),
}

impl Agents {
    /// Starts what is needed for sessions, and goes on with those that a server left in the middle.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn start(engine: Engine, config: AgentsConfig) -> Result<Self, RequestError> {
        let hub = Hub {
            equipment: Equipment::new(engine.clone()),
            ledger: Ledger::new(engine.clone(), config.user_budget),
            engine,
            config,
            live: Live::default(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            owners: Mutex::default(),
        };
        let agents = Self(Arc::new(hub));
        for row in agents.0.engine.store().awake_agent_sessions().await? {
            agents.0.wake(row.id, Beginning::Recovered).await?;
        }
        Ok(agents)
    }

    /// Ends what runs. It begins anew when the next server starts.
    pub async fn shutdown(&self) {
        self.0.shutdown.cancel();
        self.0.owners().clear();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        // What owners noted at their end is stored, too.
        self.0.ledger.close().await;
    }

    /// What the sessions of each user may cost together in a calendar month of UTC, in millionths of a dollar.
    #[must_use]
    pub fn user_budget(&self) -> Option<u64> {
        self.0.ledger.limit()
    }

    /// What sandboxes of sessions reach beside the model.
    #[must_use]
    pub fn network(&self) -> &[Rule] {
        &self.0.config.network
    }

    #[must_use]
    pub fn equipment(&self) -> &Equipment {
        &self.0.equipment
    }

    /// Opens a session and says its first words.
    ///
    /// # Errors
    ///
    /// When there is no such repository for them, the prompt or the title is none, or the store fails.
    pub async fn open(&self, by: UserId, new: NewSession) -> Result<View, RequestError> {
        let repository = self.0.equipment.get::<Repository>(by, new.repository).await?;
        let title = match &new.title {
            Some(title) => checked_title(title)?,
            None => title_of(&new.prompt),
        };
        let place = (repository.id, new.began);
        let open = |id, at| vec![State::open(id, by, new.settings, at)];
        let id = self.begin(by, title, place, open).await?;
        let author = new.author.unwrap_or(by);
        if author != by {
            self.request(by, id, Request::Share { with: author }).await?;
        }
        self.request(author, id, Request::Say { text: new.prompt }).await
    }

    /// A session with the same plan, in which nothing has been done.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, or the store fails.
    pub async fn clone_session(
        &self,
        by: UserId,
        session: AgentSessionId,
    ) -> Result<View, RequestError> {
        let view = self.view(by, session).await?.ok_or(RequestError::NotFound)?;
        // Who does not have the repository could do nothing in the clone.
        self.0.equipment.get::<Repository>(by, view.record.repository).await?;
        let place = (view.record.repository, Began::Clone);
        let open = |id, at| view.state.clone_as(id, by, at);
        let id = self.begin(by, view.record.title.clone(), place, open).await?;
        self.view(by, id).await?.ok_or(RequestError::NotFound)
    }

    /// Stores a session with its first events.
    async fn begin(
        &self,
        owner: UserId,
        title: String,
        (repository, began): (EquipmentId, Began),
        events: impl FnOnce(AgentSessionId, Timestamp) -> Vec<Event>,
    ) -> Result<AgentSessionId, RequestError> {
        let id = AgentSessionId::from_random(random_id());
        let created_at = self.0.engine.clock().now();
        let events = events(id, created_at);
        let state = State::of(&events).expect("the first event opens it");
        let (repository, origin) = (repository.to_string(), began.name().to_owned());
        let row = NewAgentSession { id, owner, title, repository, origin, created_at };
        self.0.engine.store().insert_agent_session(&row, &append(&events, &state)).await?;
        self.0.live.stored(id, state.seq);
        Ok(id)
    }

    /// Changes a session, and shows it as it is then.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, it refuses, or the store fails.
    pub async fn request(
        &self,
        by: UserId,
        session: AgentSessionId,
        request: Request,
    ) -> Result<View, RequestError> {
        self.expect_participant(by, session).await?;
        for _ in 0..TRIES {
            let (reply, answer) = oneshot::channel();
            let message = Message::Request { by, request: request.clone(), reply };
            self.0.tell(session, message).await?;
            // One that was just going has answered nobody.
            if let Ok(answer) = answer.await {
                return answer;
            }
        }
        Err(RequestError::ShuttingDown)
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.0
    }

    /// A repository, whoever keeps it for themselves.
    pub(crate) async fn owned_repository(
        &self,
        id: EquipmentId,
    ) -> Result<Repository, WebhookError> {
        let row = self.0.engine.store().equipment(id).await.map_err(RequestError::Store)?;
        let owner = row.and_then(|it| it.owner).ok_or(Undeliverable::Unsigned)?;
        let kept = self.0.equipment.get::<Repository>(owner, id).await;
        Ok(kept.map_err(|_| Undeliverable::Unsigned)?.content)
    }

    /// All sessions about a repository that are not archived.
    pub(crate) async fn sessions_of(
        &self,
        repository: EquipmentId,
    ) -> Result<Vec<View>, RequestError> {
        let store = self.0.engine.store();
        let mut views = Vec::new();
        for id in store.agent_sessions_about(&repository.to_string()).await? {
            views.push(self.0.read(id).await?);
        }
        Ok(views)
    }

    /// A session as it is; `None` for whoever takes no part in it.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn view(
        &self,
        by: UserId,
        session: AgentSessionId,
    ) -> Result<Option<View>, RequestError> {
        match self.expect_participant(by, session).await {
            Ok(()) => self.0.read(session).await.map(Some),
            Err(RequestError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The session with this number.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn view_by_number(
        &self,
        by: UserId,
        number: u64,
    ) -> Result<Option<View>, RequestError> {
        match self.0.engine.store().agent_session_by_number(number).await? {
            Some(row) => self.view(by, row.id).await,
            None => Ok(None),
        }
    }

    /// Sessions that a user takes part in, those first in which something happened last.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(
        &self,
        filter: &AgentSessionFilter,
        after: Option<&Cursor>,
        limit: u64,
    ) -> Result<Page<Listed>, StoreError> {
        let page = self.0.engine.store().agent_sessions(filter, after, limit).await?;
        let items = page.items.into_iter().map(Listed::read).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }

    /// One session as lists show it; `None` for whoever takes no part in it.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn listed(
        &self,
        by: UserId,
        session: AgentSessionId,
    ) -> Result<Option<Listed>, StoreError> {
        let store = self.0.engine.store();
        if !store.takes_part(by, session).await? {
            return Ok(None);
        }
        store.agent_session(session).await?.map(Listed::read).transpose()
    }

    /// Models that sessions may ask; the first is asked where nobody chose.
    #[must_use]
    pub fn models(&self) -> Vec<String> {
        let config = &self.0.config;
        let default = config.default_model.as_ref();
        let others = config.models.names().into_iter().filter(|it| Some(*it) != default);
        default.into_iter().chain(others).map(ToString::to_string).collect()
    }

    /// Where people look at a session.
    #[must_use]
    pub fn link(&self, session: AgentSessionId) -> String {
        self.0.link(session)
    }

    /// Events after number `after`, as they were stored; none for whoever takes no part.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn events(
        &self,
        by: UserId,
        session: AgentSessionId,
        (after, limit): (u64, u64),
    ) -> Result<Vec<StoredEvent>, RequestError> {
        self.expect_participant(by, session).await?;
        let limit = limit.min(PAGE);
        Ok(self.0.engine.store().agent_events(session, after + 1, limit).await?)
    }

    /// All events after number `after`, live, and between them what is being written.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, or the store fails.
    pub async fn feed(
        &self,
        by: UserId,
        session: AgentSessionId,
        after: u64,
    ) -> Result<impl Stream<Item = Result<FeedItem, StoreError>> + Send + use<>, RequestError> {
        self.expect_participant(by, session).await?;
        Ok(self.0.live.feed(self.0.engine.store().reader(), session, after))
    }

    /// Sessions of anybody in which something has changed; `None` stands for some that were missed.
    pub fn changes(&self) -> impl Stream<Item = Option<AgentSessionId>> + Send + use<> {
        self.0.live.changes()
    }

    /// Calls a session otherwise.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, the title is none, or the store fails.
    pub async fn rename(
        &self,
        by: UserId,
        session: AgentSessionId,
        title: &str,
    ) -> Result<View, RequestError> {
        self.expect_participant(by, session).await?;
        let title = checked_title(title)?;
        self.0.engine.store().rename_agent_session(session, &title).await?;
        let sender = self.0.owners().get(&session).map(|it| it.mailbox.clone());
        match sender {
            // It may be going just then, and reads the title when it comes again.
            Some(owner) => drop(owner.send(Message::Rename(title.clone()))),
            None => self.0.live.stored(session, 0),
        }
        let view = self.0.read(session).await?;
        Ok(View { record: Record { title, ..view.record }, ..view })
    }

    /// What a completed step changed; `None` if it changed nothing or is not completed.
    ///
    /// # Errors
    ///
    /// When there is no such session for them, or its commits are not here any more.
    pub async fn diff(
        &self,
        by: UserId,
        session: AgentSessionId,
        step: &agent::plan::StepNumber,
    ) -> Result<Option<Excerpt>, DiffError> {
        let view = self.view(by, session).await?.ok_or(RequestError::NotFound)?;
        let Some(agent::session::Progress::Completed { commit: Some(commit) }) =
            view.state.progress.get(step)
        else {
            return Ok(None);
        };
        let mirror = self.0.ground(view.state.owner, view.record.repository).await?.mirror;
        let Ok(commit) = CommitId::parse(commit) else { return Ok(None) };
        Ok(mirror.changes_of(&commit, MAX_DIFF).await.map(Some)?)
    }

    pub(crate) async fn expect_participant(
        &self,
        user: UserId,
        session: AgentSessionId,
    ) -> Result<(), RequestError> {
        let takes_part = self.0.engine.store().takes_part(user, session).await?;
        if takes_part { Ok(()) } else { Err(RequestError::NotFound) }
    }
}

impl std::fmt::Debug for Agents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agents").field("owners", &self.0.owners().len()).finish_non_exhaustive()
    }
}

impl Hub {
    fn owners(&self) -> MutexGuard<'_, HashMap<AgentSessionId, Handle>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where people look at a session.
    pub(crate) fn link(&self, session: AgentSessionId) -> String {
        format!("{}/agents/{session}", self.config.public_url)
    }

    /// Passes a message to the owner of a session, who comes if there is none.
    pub(crate) async fn tell(
        self: &Arc<Self>,
        session: AgentSessionId,
        message: Message,
    ) -> Result<(), RequestError> {
        // Under the lock: an owner that goes takes its sender away under it too.
        let message = match self.owners().get(&session) {
            Some(owner) => match owner.mailbox.send(message) {
                Ok(()) => return Ok(()),
                Err(unsent) => unsent.0,
            },
            None => message,
        };
        let owner = self.wake(session, Beginning::Fresh).await?;
        // An owner that has ended since is woken by whoever asks again.
        owner.send(message).ok();
        Ok(())
    }

    /// Passes a message to the owner of a session, if it has one now.
    pub(crate) fn tell_if_there(&self, session: AgentSessionId, message: Message) -> bool {
        self.owners().get(&session).is_some_and(|it| it.mailbox.send(message).is_ok())
    }

    /// Reports what happened at the forge, and waits until it is stored.
    pub(crate) async fn report(
        self: &Arc<Self>,
        session: AgentSessionId,
        fact: Fact,
    ) -> Result<(), RequestError> {
        for _ in 0..TRIES {
            let (reply, answer) = oneshot::channel();
            self.tell(session, Message::Report { fact: fact.clone(), reply }).await?;
            // One that was just going has answered nobody.
            if let Ok(answer) = answer.await {
                return answer;
            }
        }
        Err(RequestError::ShuttingDown)
    }

    /// Starts the owner of a session, unless there is one.
    async fn wake(
        self: &Arc<Self>,
        session: AgentSessionId,
        beginning: Beginning,
    ) -> Result<mpsc::UnboundedSender<Message>, RequestError> {
        if self.shutdown.is_cancelled() {
            return Err(RequestError::ShuttingDown);
        }
        let View { record, state } = self.read_events(session).await?;
        let mut owners = self.owners();
        if let Some(owner) = owners.get(&session).filter(|it| !it.mailbox.is_closed()) {
            return Ok(owner.mailbox.clone());
        }
        let (owner, mailbox) = mpsc::unbounded_channel();
        let state = Arc::unwrap_or_clone(state);
        let (actor, shown) = Owner::new(Arc::clone(self), record, state, mailbox);
        owners.insert(session, Handle { mailbox: owner.clone(), shown });
        self.tasks.spawn(actor.live(beginning));
        Ok(owner)
    }

    /// Lets an owner go, if nobody has asked anything of it meanwhile.
    pub(crate) fn let_go(
        &self,
        session: AgentSessionId,
        mailbox: &mut mpsc::UnboundedReceiver<Message>,
    ) -> bool {
        let mut owners = self.owners();
        if !mailbox.is_empty() {
            return false;
        }
        mailbox.close();
        owners.remove(&session);
        true
    }

    /// A session as it is: its owner's, where there is one.
    pub(crate) async fn read(&self, session: AgentSessionId) -> Result<View, RequestError> {
        let shown = self.owners().get(&session).map(|it| it.shown.borrow().clone());
        match shown {
            Some(view) => Ok(view),
            None => self.read_events(session).await,
        }
    }

    /// A session out of its events.
    async fn read_events(&self, session: AgentSessionId) -> Result<View, RequestError> {
        let reader = self.engine.store().reader();
        let row = reader.agent_session(session).await?.ok_or(RequestError::NotFound)?;
        let mut state: Option<State> = None;
        loop {
            let last = state.as_ref().map_or(0, |it| it.seq);
            let page = reader.agent_events(session, last + 1, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for stored in page {
                let event: Event = serde_json::from_str(&stored.body)
                    .map_err(|_| crate::view::unreadable("agent_event.body", &stored.body))?;
                match &mut state {
                    Some(state) => state.fold(&event),
                    None => state = State::begin(&event),
                }
            }
        }
        let state =
            state.ok_or_else(|| crate::view::unreadable("agent_event", &row.id.to_string()))?;
        Ok(View { record: Record::read(&row)?, state: Arc::new(state) })
    }
}

fn checked_title(title: &str) -> Result<String, RequestError> {
    let title = title.trim().replace('\0', "");
    let fits = !title.is_empty() && title.chars().count() <= MAX_TITLE;
    if fits { Ok(title) } else { Err(RequestError::Title) }
}

/// The first line of what was asked for, as far as it fits into a list.
fn title_of(prompt: &str) -> String {
    const FITS: usize = 80;
    let line = prompt.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or("New session");
    let line = line.trim_start_matches('#').trim().replace('\0', "");
    if line.chars().count() <= FITS {
        return line;
    }
    let cut: String = line.chars().take(FITS).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |it| it.0))
}
