//! A stage with an engine, and people who edit on it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use engine::{Clock, Config, Editor, Engine, Heard, Offers, Opened, Refusal, Standing};
use model::{
    id::{RunbookId, UserId},
    time::Timestamp,
};
use sandbox::scripted::Scripted;
use store::Store;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact, Update,
    sync::{Message, SyncMessage},
    updates::{decoder::Decode, encoder::Encode},
};

pub(crate) const START: &str = "# Title\n\n```bash\necho 1\n```\n";

/// An engine over a database in memory, with a clock that stands until it is moved.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) user: UserId,
    pub(crate) runbook: RunbookId,
    now: Arc<AtomicI64>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::over(Store::open("sqlite::memory:").await.unwrap()).await
    }

    pub(crate) async fn over(store: Store) -> Self {
        let now = Arc::new(AtomicI64::new(1_795_222_800_000));
        let engine = start(store, Arc::clone(&now)).await;
        let user = engine.create_user("ada@example.com", "ada", "").await.unwrap().id;
        let runbook = engine.create_runbook(user, "Test", START).await.unwrap().runbook.id;
        Self { engine, user, runbook, now }
    }

    /// As a program that starts again finds it.
    pub(crate) async fn resumed(store: Store, runbook: RunbookId) -> Self {
        let now = Arc::new(AtomicI64::new(1_795_222_900_000));
        let engine = start(store, Arc::clone(&now)).await;
        let user = engine.open_runbook(runbook).await.unwrap().unwrap().runbook.owner;
        Self { engine, user, runbook, now }
    }

    /// Another engine over the same database.
    pub(crate) async fn another(&self) -> Self {
        let engine = start(self.engine.store().clone(), Arc::clone(&self.now)).await;
        Self { engine, user: self.user, runbook: self.runbook, now: Arc::clone(&self.now) }
    }

    pub(crate) fn later(&self, by: Duration) {
        self.now.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }

    pub(crate) async fn stored(&self) -> Opened {
        self.engine.open_runbook(self.runbook).await.unwrap().unwrap()
    }

    pub(crate) async fn editor(&self) -> Editor {
        self.engine.edit_runbook(self.runbook, self.user).await.unwrap()
    }

    /// Somebody who has the text, as it is now.
    pub(crate) async fn person(&self) -> Person {
        let mut person = Person::default();
        person.join(self).await;
        person
    }
}

async fn start(store: Store, now: Arc<AtomicI64>) -> Engine {
    let runtimes = Arc::new(sandbox::runtime::discover("/usr/bin:/bin"));
    let offers = Offers::one(Arc::new(Scripted::new()), runtimes);
    let clock = Clock::new(move || Timestamp::from_millis(now.load(Ordering::Relaxed)));
    Engine::start(store, offers, Config::default(), clock).await.unwrap()
}

/// Somebody with a copy of the text, who may be connected.
pub(crate) struct Person {
    doc: Doc,
    text: TextRef,
    pub(crate) editor: Option<Editor>,
    pub(crate) awareness: Vec<(u64, String)>,
}

/// What somebody heard that is no change.
#[derive(Debug)]
pub(crate) enum News {
    Saved(Arc<Opened>),
    Unsaved(String),
    Refused(Refusal),
}

impl Default for Person {
    fn default() -> Self {
        let doc =
            Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
        let text = doc.get_or_insert_text("content");
        Self { doc, text, editor: None, awareness: Vec::new() }
    }
}

impl Person {
    /// Connects, and has the text when this returns.
    pub(crate) async fn join(&mut self, stage: &Stage) {
        self.editor = Some(stage.editor().await);
        self.say_what_i_have().await;
        let mut has_all = false;
        while !has_all {
            let (heard, _) = self.hear().await;
            has_all =
                heard.is_some_and(|it| matches!(it, Message::Sync(SyncMessage::SyncStep2(_))));
        }
    }

    pub(crate) async fn say_what_i_have(&mut self) {
        let clocks = self.doc.transact().state_vector();
        self.say(&Message::Sync(SyncMessage::SyncStep1(clocks))).await;
    }

    pub(crate) fn leave(&mut self) {
        self.editor = None;
    }

    pub(crate) fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    pub(crate) fn id(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// Replaces characters of a text without surrogates at a place, and tells if connected.
    pub(crate) async fn edit(&mut self, at: u32, removed: u32, inserted: &str) {
        let update = {
            let mut transaction = self.doc.transact_mut();
            self.text.remove_range(&mut transaction, at, removed);
            self.text.insert(&mut transaction, at, inserted);
            transaction.encode_update_v1()
        };
        if self.editor.is_some() {
            self.say(&Message::Sync(SyncMessage::Update(update))).await;
        }
    }

    pub(crate) async fn append(&mut self, inserted: &str) {
        let end = u32::try_from(self.text().encode_utf16().count()).unwrap();
        self.edit(end, 0, inserted).await;
    }

    pub(crate) async fn say(&mut self, message: &Message) {
        let frame = Bytes::from(message.encode_v1());
        self.editor.as_mut().unwrap().input.say(&frame).await.unwrap();
    }

    /// Hears one thing, and does what Yjs does.
    async fn hear(&mut self) -> (Option<Message>, Option<News>) {
        let heard = self.editor.as_mut().unwrap().output.hear().await;
        let frame = match heard.expect("the editor goes on") {
            Heard::Frame(frame) => frame,
            Heard::Standing(Standing::Saved(opened)) => return (None, Some(News::Saved(opened))),
            Heard::Standing(Standing::Unsaved(why)) => {
                return (None, Some(News::Unsaved(why.to_string())));
            }
            Heard::Refused(why) => return (None, Some(News::Refused(why))),
        };
        let message = Message::decode_v1(&frame).unwrap();
        match &message {
            Message::Sync(SyncMessage::SyncStep1(theirs)) => {
                let update = self.doc.transact().encode_diff_v1(theirs);
                self.say(&Message::Sync(SyncMessage::SyncStep2(update))).await;
            }
            Message::Sync(SyncMessage::SyncStep2(update) | SyncMessage::Update(update)) => {
                let update = Update::decode_v1(update).unwrap();
                self.doc.transact_mut().apply_update(update).unwrap();
            }
            Message::Awareness(update) => {
                let entries = update.clients.iter();
                self.awareness.extend(entries.map(|(id, it)| (id.get(), it.json.to_string())));
            }
            Message::Auth(_) | Message::AwarenessQuery | Message::Custom(..) => {}
        }
        (Some(message), None)
    }

    pub(crate) async fn until_text(&mut self, wanted: &str) {
        while self.text() != wanted {
            let (_, news) = self.hear().await;
            assert!(!matches!(news, Some(News::Refused(_))), "{news:?}");
        }
    }

    /// Hears on until the awareness of somebody says so.
    pub(crate) async fn until_aware(&mut self, client: u64, state: &str) {
        while !self.awareness.iter().any(|it| *it == (client, state.to_owned())) {
            self.hear().await;
        }
    }

    /// Hears on until something comes that is no change.
    pub(crate) async fn news(&mut self) -> News {
        loop {
            if let (_, Some(news)) = self.hear().await {
                return news;
            }
        }
    }

    /// Hears on until a text is saved.
    pub(crate) async fn until_saved(&mut self, wanted: &str) -> Arc<Opened> {
        loop {
            match self.news().await {
                News::Saved(opened) if opened.revision.content == wanted => return opened,
                News::Saved(_) => {}
                News::Unsaved(why) => assert!(!why.is_empty()),
                News::Refused(why) => panic!("refused: {why}"),
            }
        }
    }

    /// Saves all that was said, and hears of it.
    pub(crate) async fn save(&mut self) -> Arc<Opened> {
        let wanted = self.text();
        self.editor.as_mut().unwrap().input.save().await;
        self.until_saved(&wanted).await
    }

    /// Saves, and gives the text of the next revision that is all that this one has.
    pub(crate) async fn save_whatever(&mut self) -> String {
        loop {
            self.editor.as_mut().unwrap().input.save().await;
            if let News::Saved(opened) = self.news().await
                && opened.revision.content == self.text()
            {
                return self.text();
            }
        }
    }

    /// Hears on until it is sent away.
    pub(crate) async fn until_refused(&mut self) -> Refusal {
        loop {
            if let News::Refused(why) = self.news().await {
                return why;
            }
        }
    }

    /// All that it has, as Yjs would send it to somebody who has nothing.
    pub(crate) fn everything(&self) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(&StateVector::default())
    }
}
