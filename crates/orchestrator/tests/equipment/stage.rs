//! An engine over a database in memory, and accounts.

use std::sync::Arc;

use engine::{Accounts, Clock, Engine, NewAccount, Offers};
use model::{
    principal::Principal,
    scope::{Scope, Scopes},
};
use orchestrator::{Actor, Equipment};
use sandbox::scripted::Scripted;
use store::Store;

pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) equipment: Equipment,
    accounts: Accounts,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(Scripted::new()).await
    }

    pub(crate) async fn with(backend: Scripted) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let runtimes = Arc::new(sandbox::runtime::discover("/usr/local/bin:/usr/bin:/bin"));
        let offers = Offers::one(Arc::new(backend), runtimes);
        let clock = Clock::system();
        let config = engine::Config::default();
        let engine = Engine::start(store.clone(), offers, config, clock.clone()).await.unwrap();
        let equipment = Equipment::new(engine.clone());
        Self { engine, equipment, accounts: Accounts::new(store, clock) }
    }

    pub(crate) async fn user(&self, name: &str) -> Actor {
        let new = NewAccount {
            email: format!("{name}@example.com"),
            username: name.to_owned(),
            password_hash: String::new(),
            administrator: name == "root",
        };
        let user = self.accounts.create(new).await.unwrap();
        Actor { user: user.id, scopes: user.scopes() }
    }

    pub(crate) async fn secret(&self, actor: Actor, name: &str, value: &str) {
        self.engine.put_secret(actor.user, &name.parse().unwrap(), value).await.unwrap();
    }
}

pub(crate) fn principal(actor: Actor) -> Principal {
    Principal::signed_in(actor.user)
}

/// The same user with a token that is not for administration.
pub(crate) fn without_admin(actor: Actor) -> Actor {
    let admin = Scopes::from_iter([Scope::Admin]);
    Actor { scopes: actor.scopes.without(admin), ..actor }
}
