//! Accounts and what the server keeps about itself, as the engine changes them.

use model::{
    id::{RunbookId, UserId},
    time::Timestamp,
    user::User,
};
use store::{Answer, CreateUserError, NewUser, Store, StoreError};

use crate::{Clock, Engine, random_id, session::Handle};

/// How long a client may repeat a request: a day, as the field has it.
const ANSWER_LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Accounts as an administrator changes them, with or without a hub that runs.
#[derive(Clone, Debug)]
pub struct Accounts {
    store: Store,
    clock: Clock,
}

/// An account to be made. `password_hash` is kept as it is; an empty one lets nobody sign in.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub email: String,
    pub username: String,
    pub password_hash: String,
    pub administrator: bool,
}

impl Accounts {
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Stores a new user.
    ///
    /// # Errors
    ///
    /// When email or username are taken, or the store fails.
    pub async fn create(&self, new: NewAccount) -> Result<User, CreateUserError> {
        let user = NewUser {
            id: UserId::from_random(random_id()),
            email: new.email,
            username: new.username,
            password_hash: new.password_hash,
            administrator: new.administrator,
            created_at: self.clock.now(),
        };
        self.store.create_user(user).await
    }

    /// All users, the oldest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<User>, StoreError> {
        self.store.users().await
    }

    /// The user with this username or email address.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn find(&self, name: &str) -> Result<Option<User>, StoreError> {
        Ok(self.store.credentials(name).await?.map(|it| it.0))
    }

    /// Gives a user another password. All their sign-ins until now become worthless; tokens stay.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn set_password(&self, user: UserId, password_hash: &str) -> Result<(), StoreError> {
        self.store.set_password(user, password_hash).await
    }

    /// Lets nothing speak for a user any more, no sign-in and no token. A hub that runs obeys within
    /// seconds.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn disable(&self, user: UserId) -> Result<(), StoreError> {
        self.store.set_disabled(user, Some(self.clock.now())).await
    }

    /// Undoes [`Self::disable`].
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn enable(&self, user: UserId) -> Result<(), StoreError> {
        self.store.set_disabled(user, None).await
    }
}

impl Engine {
    /// Stores a new user. `password_hash` is kept as it is; an empty one lets nobody sign in.
    ///
    /// # Errors
    ///
    /// When email or username are taken, or the store fails.
    pub async fn create_user(
        &self,
        email: &str,
        username: &str,
        password_hash: &str,
    ) -> Result<User, CreateUserError> {
        let new = NewAccount {
            email: email.to_owned(),
            username: username.to_owned(),
            password_hash: password_hash.to_owned(),
            administrator: false,
        };
        Accounts::new(self.0.store.clone(), self.0.clock.clone()).create(new).await
    }

    /// Remembers what a request with an idempotency key was answered, for a day.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn remember_answer(
        &self,
        user: UserId,
        key: &str,
        answer: &Answer,
    ) -> Result<(), StoreError> {
        let day_before = answer.at.as_millis() - ANSWER_LIFETIME_MILLIS;
        self.0.store.forget_answers(Timestamp::from_millis(day_before)).await?;
        self.0.store.remember_answer(user, key, answer).await
    }

    /// Deletes a runbook and ends its sessions.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn delete_runbook(&self, runbook: RunbookId) -> Result<(), StoreError> {
        let sessions: Vec<_> = {
            let sessions = self.0.sessions();
            let of_it = |it: &&Handle| it.view.borrow().session.runbook == runbook;
            sessions.values().filter(of_it).map(|it| it.view.borrow().session.id).collect()
        };
        for session in sessions {
            self.end_session(session).await;
        }
        // What was typed last comes back with the runbook, should somebody restore it.
        self.close_text(runbook).await;
        self.0.store.delete_runbook(runbook, self.0.clock.now()).await?;
        self.0.store.forget_live_text(runbook).await
    }

    /// A secret of this installation, drawn when it is first asked for.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn secret(&self, name: &str) -> Result<String, StoreError> {
        let proposed = format!("{:032x}{:032x}", random_id(), random_id());
        self.0.store.setting_or_insert(name, &proposed).await
    }
}
