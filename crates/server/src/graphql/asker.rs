//! Who asks an operation, for its resolvers.

use std::collections::HashMap;

use agent::plan::StepNumber;
use async_graphql::{Context, ID};
use model::{
    id::{AgentSessionId, UserId},
    principal::Principal,
    scope::{Scope, Scopes},
    user::User,
};
use orchestrator::{Actor, Agents, Equipment};
use tokio::sync::Mutex;

use super::refusal::{Result, refused};
use crate::{App, audit::Witness, auth::Caller, problem::Problem};

/// Who asks, and what their operation has found out.
#[derive(Debug)]
pub(crate) struct Asker {
    pub(super) app: App,
    pub(super) user: User,
    pub(super) principal: Principal,
    scopes: Scopes,
    witness: Witness,
    /// Names of people that were asked for, so that each is read once.
    names: Mutex<HashMap<UserId, String>>,
}

impl Asker {
    pub(crate) fn new(app: App, caller: &Caller, witness: Witness) -> Self {
        Self {
            app,
            user: caller.user.clone(),
            principal: caller.principal,
            scopes: caller.scopes,
            witness,
            names: Mutex::default(),
        }
    }

    /// The same one, for another operation.
    pub(super) fn renewed(&self) -> Self {
        Self {
            app: self.app.clone(),
            user: self.user.clone(),
            principal: self.principal,
            scopes: self.scopes,
            witness: Witness::default(),
            names: Mutex::default(),
        }
    }

    pub(super) fn of<'c>(context: &Context<'c>) -> &'c Self {
        context.data_unchecked()
    }

    pub(super) fn actor(&self) -> Actor {
        Actor { user: self.user.id, scopes: self.scopes }
    }

    /// Also by what they show: a token may be for less.
    pub(super) fn is_administrator(&self) -> bool {
        self.scopes.contains(Scope::Admin)
    }

    /// Agent sessions, where this hub has any.
    pub(super) fn agents(&self) -> Result<&Agents> {
        self.app.agents().map_err(refused)
    }

    pub(super) fn equipment(&self) -> &Equipment {
        &self.app.equipment
    }

    /// Says for the audit log what is changed.
    pub(super) fn about(&self, object: impl std::fmt::Display) {
        self.witness.about(object);
    }

    /// What a person is called.
    pub(super) async fn name_of(&self, user: UserId) -> Result<String> {
        let mut names = self.names.lock().await;
        if let Some(name) = names.get(&user) {
            return Ok(name.clone());
        }
        let found = self.app.reader.user(user).await.map_err(refused)?;
        let name = found.map(|it| it.username).unwrap_or_default();
        names.insert(user, name.clone());
        Ok(name)
    }
}

/// An id that cannot be read names no session that is there.
pub(super) fn session_named(id: &ID) -> Result<AgentSessionId> {
    id.parse().map_err(|_| refused(Problem::not_found("session")))
}

pub(super) fn step_named(number: &str) -> Result<StepNumber> {
    let wrong = |error: agent::plan::InvalidNumber| refused(Problem::invalid(error.to_string()));
    number.parse().map_err(wrong)
}
