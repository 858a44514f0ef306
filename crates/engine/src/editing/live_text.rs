//! The task that owns a text while somebody has it open.
//!
//! ```text
//! loading ─▶ serving ◀─▶ saving
//!               │ nobody is left and all is saved │ deleted │ shutdown
//!               ▼
//!             gone
//! ```

mod log;
mod saves;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use model::id::{RunbookId, UserId};
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    time::Instant,
};

use self::saves::{Saving, finished};
use super::{
    EditError,
    editor::{Allowance, Editor, EditorInput, Heard, Outbox, Standing},
    loading::{Loaded, load},
    protocol::{self, Announced, Said},
    refusal::Refusal,
    replica::{Outcome, Replica, Unapplied, apply_until_broken},
    unopened,
};
use crate::{Inner, Opened, SaveRunbookError, runbooks::Change};

/// Messages that wait for the task of a text. More would only wait longer.
pub(super) const MAILBOX: usize = 256;

/// Of these, those that are dealt with together.
const BATCH: usize = 64;

/// Editors of one text.
const MAX_EDITORS: usize = 32;

/// How often an editor may send what builds upon something that it does not send.
const MAX_MISSING: u32 = 16;

/// How long nobody must have typed before a text is saved, and how long they may at most.
const QUIET: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(2);

/// A text that takes long to save is saved less often: it rests for so many times of what the last save took.
const REST: u32 = 3;
const LONGEST_REST: Duration = Duration::from_secs(30);

/// How long to wait before what could not be stored is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Times that another server may be faster.
const TRIES: usize = 4;

pub(crate) enum Message {
    Join {
        user: UserId,
        reply: oneshot::Sender<Result<Editor, EditError>>,
    },
    Said {
        editor: u64,
        said: Said,
    },
    /// Save at once, and tell the editor.
    Save {
        editor: u64,
    },
    /// Somebody without a live editor saves.
    Put {
        change: Change,
        reply: oneshot::Sender<Result<Opened, SaveRunbookError>>,
    },
    /// The runbook is about to be deleted.
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// The task ends, and what its editors are told.
struct Ended(Refusal);

type Serving<T = ()> = Result<T, Ended>;

/// An editor, as the task knows it.
struct Joined {
    user: UserId,
    outbox: Outbox,
    /// It has said what it has, and that is of this text.
    is_known: bool,
    missing: u32,
    announced: Vec<Announced>,
}

/// Changes that are not saved.
#[derive(Clone, Copy)]
struct Dirty {
    since: Instant,
    last: Instant,
}

struct LiveText {
    engine: Arc<Inner>,
    runbook: RunbookId,
    turns: Arc<Semaphore>,
    mailbox: mpsc::Receiver<Message>,
    left: mpsc::UnboundedReceiver<u64>,
    /// Without a bound, since leaving must not wait: it holds a number for each editor that there was.
    leaving: mpsc::UnboundedSender<u64>,
    sender: mpsc::WeakSender<Message>,
    /// Not here only while it is worked on.
    replica: Option<Replica>,
    generation: u32,
    stored_seq: i64,
    seq: i64,
    base: Arc<Opened>,
    base_state: Option<Vec<u8>>,
    predecessor: Option<Arc<str>>,
    editors: BTreeMap<u64, Joined>,
    next_editor: u64,
    standing: watch::Sender<Standing>,
    /// Whoever changed something last.
    author: UserId,
    dirty: Option<Dirty>,
    /// The clocks that the log has, if changes since then could not be stored.
    unlogged: Option<Vec<u8>>,
    /// Editors who asked for a save, and those whom the one under way answers.
    asking: Vec<u64>,
    answering: Vec<u64>,
    saving: Option<Saving>,
    not_before: Instant,
    retry_at: Option<Instant>,
}

/// Owns the text of a runbook until nobody needs it.
pub(super) async fn live(
    engine: Arc<Inner>,
    runbook: RunbookId,
    mut mailbox: mpsc::Receiver<Message>,
) {
    let sender = engine.texts.find(runbook).map(|it| it.downgrade());
    let loaded = load(&engine, runbook).await;
    let (loaded, sender) = match (loaded, sender) {
        (Ok(loaded), Some(sender)) => (loaded, sender),
        (Ok(_), None) => return,
        (Err(error), _) => {
            tracing::warn!(%runbook, %error, "a text was not opened for editing");
            while !engine.forget_text(runbook, &mut mailbox) {
                // Who saves without an editor does so without us.
                if let Some(Message::Join { reply, .. }) = mailbox.recv().await {
                    reply.send(Err(unopened(&error))).ok();
                }
            }
            return;
        }
    };
    let mut text = LiveText::new(engine, mailbox, sender, loaded);
    if let Err(Ended(why)) = text.serve().await {
        text.mailbox.close();
        text.editors.values().for_each(|it| it.outbox.refuse(why.clone()));
    }
    let engine = Arc::clone(&text.engine);
    engine.texts.open().retain(|id, it| *id != runbook || !it.is_closed());
}

impl LiveText {
    fn new(
        engine: Arc<Inner>,
        mailbox: mpsc::Receiver<Message>,
        sender: mpsc::WeakSender<Message>,
        loaded: Loaded,
    ) -> Self {
        let now = Instant::now();
        let base = Arc::new(loaded.opened);
        let (leaving, left) = mpsc::unbounded_channel();
        let is_dirty = loaded.unsaved_by.is_some() || loaded.seq != loaded.stored_seq;
        Self {
            turns: engine.texts.turns_of(base.runbook.owner),
            runbook: base.runbook.id,
            engine,
            mailbox,
            left,
            leaving,
            sender,
            replica: Some(loaded.replica),
            generation: loaded.generation,
            stored_seq: loaded.stored_seq,
            seq: loaded.seq,
            base_state: loaded.base_state,
            predecessor: None,
            editors: BTreeMap::new(),
            next_editor: 0,
            standing: watch::Sender::new(Standing::Saved(Arc::clone(&base))),
            author: loaded.unsaved_by.unwrap_or(base.revision.author),
            base,
            dirty: is_dirty.then_some(Dirty { since: now, last: now }),
            unlogged: None,
            asking: Vec::new(),
            answering: Vec::new(),
            saving: None,
            not_before: now,
            retry_at: None,
        }
    }

    async fn serve(&mut self) -> Serving {
        let shutdown = self.engine.shutdown.clone();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let is_done = self.editors.is_empty() && self.is_settled();
            if is_done && self.engine.forget_text(self.runbook, &mut self.mailbox) {
                return Ok(());
            }
            let save_at = self.save_at();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return self.shut_down().await,
                saved = finished(&mut self.saving) => self.saved(saved).await?,
                Some(editor) = self.left.recv() => self.leave(editor),
                // Before what comes in, which may never end.
                () = crate::execution::sleep_until(save_at) => self.begin_save().await?,
                count = self.mailbox.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return Ok(());
                    }
                    self.handle(batch.drain(..)).await?;
                }
            }
        }
    }

    async fn handle(&mut self, batch: impl Iterator<Item = Message>) -> Serving {
        let mut updates = VecDeque::new();
        for message in batch {
            if let Message::Said { editor, said: Said::Update(update) } = message {
                updates.push_back((editor, update));
                continue;
            }
            // In the order in which they came.
            self.apply(std::mem::take(&mut updates)).await?;
            match message {
                Message::Join { user, reply } => {
                    let joined = self.join(user).await;
                    // One who went away meanwhile leaves by that.
                    reply.send(joined).ok();
                }
                Message::Said { editor, said } => self.hear(editor, said).await,
                Message::Save { editor } => self.asking.push(editor),
                Message::Put { change, reply } => {
                    let saved = self.put(change).await?;
                    // The caller went away: it is saved all the same.
                    reply.send(saved).ok();
                }
                Message::Close { reply } => {
                    if let Err(error) = self.settle().await? {
                        tracing::warn!(runbook = %self.runbook, %error, "deleted with unsaved changes");
                    }
                    reply.send(()).ok();
                    return Err(Ended(Refusal::Deleted));
                }
            }
        }
        self.apply(updates).await
    }

    async fn join(&mut self, user: UserId) -> Result<Editor, EditError> {
        if self.editors.len() >= MAX_EDITORS {
            return Err(EditError::TooMany { most: MAX_EDITORS });
        }
        let Some(mailbox) = self.sender.upgrade() else { return Err(EditError::ShuttingDown) };
        let (outbox, output) = Outbox::new(self.standing.subscribe());
        let clocks = self.compute(|it| it.state_vector()).await;
        outbox.tell(Heard::Frame(protocol::have(&clocks)));
        self.tell_others(None, &protocol::ask_awareness());
        let number = self.next_editor;
        self.next_editor += 1;
        let joined = Joined { user, outbox, is_known: false, missing: 0, announced: Vec::new() };
        self.editors.insert(number, joined);
        let input = EditorInput {
            number,
            mailbox,
            left: self.leaving.clone(),
            messages: Allowance::of_messages(),
            bytes: Allowance::of_bytes(),
        };
        Ok(Editor { input, output })
    }

    fn leave(&mut self, editor: u64) {
        let Some(gone) = self.editors.remove(&editor) else { return };
        if !gone.announced.is_empty() {
            self.tell_others(None, &protocol::gone(&gone.announced));
        }
    }

    fn refuse(&mut self, editor: u64, why: Refusal) {
        if let Some(joined) = self.editors.get(&editor) {
            joined.outbox.refuse(why);
        }
        self.leave(editor);
    }

    /// Says something to all editors but one. Those who do not listen are sent away.
    fn tell_others(&mut self, but: Option<u64>, frame: &Bytes) {
        let others = self.editors.iter().filter(|it| Some(*it.0) != but);
        let lost: Vec<u64> = others
            .filter(|(_, it)| !it.outbox.tell(Heard::Frame(frame.clone())))
            .map(|it| *it.0)
            .collect();
        lost.into_iter().for_each(|it| self.leave(it));
    }

    fn tell(&mut self, editor: u64, heard: Heard) {
        let is_lost = self.editors.get(&editor).is_some_and(|it| !it.outbox.tell(heard));
        if is_lost {
            self.leave(editor);
        }
    }

    /// Whatever an editor says that is no change.
    async fn hear(&mut self, editor: u64, said: Said) {
        if !self.editors.contains_key(&editor) {
            return;
        }
        match said {
            Said::Have(clocks) => {
                let generation = self.generation;
                let lacked = self.compute(move |it| it.lacked_by(&clocks, generation)).await;
                match lacked {
                    Ok(update) => {
                        self.tell(editor, Heard::Frame(protocol::lacked(&update)));
                        if let Some(joined) = self.editors.get_mut(&editor) {
                            joined.is_known = true;
                        }
                    }
                    Err(why) => self.refuse(editor, why),
                }
            }
            Said::Awareness(body, announced) => {
                let Some(joined) = self.editors.get_mut(&editor) else { return };
                let is_room = protocol::note(&mut joined.announced, announced);
                match is_room {
                    Ok(()) => self.tell_others(Some(editor), &protocol::awareness(&body)),
                    Err(why) => self.refuse(editor, why.into()),
                }
            }
            Said::AskAwareness => self.tell_others(Some(editor), &protocol::ask_awareness()),
            // Those are made together.
            Said::Update(_) => {}
        }
    }

    /// Makes the changes of editors, one after another.
    async fn apply(&mut self, mut updates: VecDeque<(u64, Bytes)>) -> Serving {
        loop {
            updates.retain(|it| self.editors.contains_key(&it.0));
            if updates.is_empty() {
                return Ok(());
            }
            let strangers = |it: &(u64, Bytes)| !self.editors[&it.0].is_known;
            if let Some(at) = updates.iter().position(strangers) {
                // It has to say first which text it has.
                let (editor, _) = updates.remove(at).expect("the place was just found");
                self.ask_for_missing(editor).await;
                continue;
            }
            let (clocks, outcomes) = self.apply_all(&updates).await;
            let mut applied = Vec::new();
            for outcome in outcomes {
                let Some((editor, _)) = updates.pop_front() else { break };
                match outcome {
                    Ok(update) => {
                        let joined = self.editors.get_mut(&editor);
                        self.author = joined.map_or(self.author, |it| {
                            it.missing = 0;
                            it.user
                        });
                        applied.extend(update.map(|it| (editor, it)));
                    }
                    Err(Unapplied::Missing) => self.ask_for_missing(editor).await,
                    Err(Unapplied::Refused(why) | Unapplied::Spoiled(why)) => {
                        self.refuse(editor, why);
                    }
                }
            }
            self.log(applied, clocks).await?;
            if self.replica.is_none() {
                self.load_again().await?;
            }
        }
    }

    /// Makes changes until one breaks the replica, which is then not there any more. Also gives the clocks
    /// from before.
    async fn apply_all(&mut self, updates: &VecDeque<(u64, Bytes)>) -> (Vec<u8>, Vec<Outcome>) {
        let updates: Vec<Bytes> = updates.iter().map(|it| it.1.clone()).collect();
        let replica = self.replica.take().expect("it is here between two pieces of work");
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let work = move || {
            let _turn = turn;
            let clocks = replica.state_vector();
            let (replica, outcomes) = apply_until_broken(replica, &updates);
            (replica, clocks, outcomes)
        };
        let worked = tokio::task::spawn_blocking(work).await;
        let (replica, clocks, outcomes) =
            worked.expect("panics were caught, and nobody cancels it");
        self.replica = replica;
        (clocks, outcomes)
    }

    /// Lets an editor say again what it has.
    async fn ask_for_missing(&mut self, editor: u64) {
        let Some(joined) = self.editors.get_mut(&editor) else { return };
        joined.missing += 1;
        if joined.missing > MAX_MISSING {
            self.refuse(editor, Refusal::Malformed);
            return;
        }
        if self.replica.is_some() {
            let clocks = self.compute(|it| it.state_vector()).await;
            self.tell(editor, Heard::Frame(protocol::have(&clocks)));
        }
    }

    async fn compute<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Replica) -> T + Send + 'static,
    ) -> T {
        let mut replica = self.replica.take().expect("it is here between two pieces of work");
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let work = move || {
            let _turn = turn;
            let done = work(&mut replica);
            (replica, done)
        };
        let worked = tokio::task::spawn_blocking(work).await;
        let (replica, done) = worked.expect("reading a text never panics, and nobody cancels it");
        self.replica = Some(replica);
        done
    }
}
