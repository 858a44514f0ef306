//! Accounts and what the server keeps about itself, as the engine changes them.

use model::{
    id::{RunbookId, UserId},
    time::Timestamp,
    user::User,
};
use store::{Answer, CreateUserError, NewUser, StoreError};

use crate::{Engine, random_id, session::Handle};

/// How long a client may repeat a request: a day, as the field has it.
const ANSWER_LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

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
        let user = NewUser {
            id: UserId::from_random(random_id()),
            email: email.to_owned(),
            username: username.to_owned(),
            password_hash: password_hash.to_owned(),
            created_at: self.0.clock.now(),
        };
        self.0.store.create_user(user).await
    }

    /// Makes a sign-in worthless. Remembered until it would have expired anyway.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn revoke_sign_in(
        &self,
        sign_in: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.store.forget_expired_sign_ins(self.0.clock.now()).await?;
        self.0.store.revoke_sign_in(sign_in, expires_at).await
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
        self.0.store.delete_runbook(runbook, self.0.clock.now()).await.map(drop)
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
