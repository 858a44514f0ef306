//! Bounds that jobs of one account share by a name: of those with the same concurrency key, and of those
//! that one token submitted.
//!
//! A job passes all its gates or none, when it becomes ready, and gives them back when its attempt is
//! over. So what is ready can always be taken, and nobody searches for it among what cannot.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DatabaseTransaction;
use serde_json::json;

use super::{
    dialect::{Dialect, Kind, Writes, all, json, run, texts},
    row::{MOVING, Moving, get},
};
use crate::{Store, StoreError};

#[derive(Clone, Copy, Debug)]
struct Gate {
    cap: i64,
    passed: i64,
    changed: bool,
}

/// The gates that one change has to do with.
#[derive(Debug, Default)]
pub(super) struct Gates {
    known: BTreeMap<(String, String), Gate>,
    /// Released in this change and not yet looked behind.
    released: BTreeSet<(String, String)>,
    /// Released before they were read.
    given_back: BTreeMap<(String, String), i64>,
}

impl Gates {
    /// Reads the gates of a job that are not known yet.
    pub(super) async fn load(
        &mut self,
        transaction: &DatabaseTransaction,
        dialect: Dialect,
        moving: &Moving,
    ) -> Result<(), StoreError> {
        let key = |it: &String| (moving.account.clone(), it.clone());
        let unknown = moving.gates.iter().filter(|it| !self.known.contains_key(&key(it)));
        let unknown: Vec<_> = unknown.cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT name, cap, passed FROM job_gate WHERE account = $2 \
             AND name IN (SELECT v.name FROM {})",
            dialect.list(1, &[("name", Kind::Text)])
        );
        let values = vec![texts("name", unknown), moving.account.as_str().into()];
        for row in all(transaction, &sql, values).await? {
            let key = (moving.account.clone(), get(&row, "name")?);
            let back = self.given_back.remove(&key).unwrap_or(0);
            let passed = get::<i64>(&row, "passed")? - back;
            let gate = Gate { cap: get(&row, "cap")?, passed, changed: back != 0 };
            self.known.insert(key, gate);
        }
        Ok(())
    }

    /// Makes a gate known, or gives it another bound.
    pub(super) fn set_cap(&mut self, account: &str, name: &str, cap: i64) {
        let gate = self.known.entry((account.to_owned(), name.to_owned()));
        let gate = gate.or_insert(Gate { cap, passed: 0, changed: true });
        gate.changed |= gate.cap != cap;
        gate.cap = cap;
    }

    /// Passes all gates of a job whose gates are known.
    ///
    /// # Errors
    ///
    /// Returns the name of one that is full; none is passed then.
    pub(super) fn pass(&mut self, moving: &Moving) -> Result<(), String> {
        let key = |it: &String| (moving.account.clone(), it.clone());
        let is_full =
            |it: &&String| self.known.get(&key(it)).is_some_and(|gate| gate.passed >= gate.cap);
        if let Some(full) = moving.gates.iter().find(is_full) {
            return Err(full.clone());
        }
        for name in &moving.gates {
            if let Some(gate) = self.known.get_mut(&key(name)) {
                gate.passed += 1;
                gate.changed = true;
            }
        }
        Ok(())
    }

    /// Gives back what a job had passed.
    pub(super) fn release(&mut self, moving: &Moving) {
        for name in &moving.gates {
            let key = (moving.account.clone(), name.clone());
            match self.known.get_mut(&key) {
                Some(gate) => {
                    gate.passed -= 1;
                    gate.changed = true;
                }
                None => *self.given_back.entry(key.clone()).or_default() += 1,
            }
            self.released.insert(key);
        }
    }

    /// The jobs that wait behind gates which were released, as many as fit, and forgets the release.
    pub(super) async fn next_held(
        &mut self,
        transaction: &DatabaseTransaction,
        dialect: Dialect,
    ) -> Result<Vec<Moving>, StoreError> {
        let mut found = Vec::new();
        for (account, name) in std::mem::take(&mut self.released) {
            let room = self.room(transaction, &account, &name).await?;
            if room <= 0 {
                continue;
            }
            let sql = format!(
                "SELECT {MOVING} FROM job WHERE account = $1 AND held_by = $2 AND state = 'held' \
                 ORDER BY rank, id LIMIT $3{}",
                dialect.locked()
            );
            let values = vec![account.into(), name.into(), room.into()];
            for row in all(transaction, &sql, values).await? {
                found.push(Moving::read(&row)?);
            }
        }
        Ok(found)
    }

    /// How many more may pass a gate, which is read if it is not known yet.
    async fn room(
        &mut self,
        transaction: &DatabaseTransaction,
        account: &str,
        name: &str,
    ) -> Result<i64, StoreError> {
        let key = (account.to_owned(), name.to_owned());
        if !self.known.contains_key(&key) {
            let sql = "SELECT cap, passed FROM job_gate WHERE account = $1 AND name = $2";
            let rows = all(transaction, sql, vec![account.into(), name.into()]).await?;
            let Some(row) = rows.first() else { return Ok(0) };
            let back = self.given_back.remove(&key).unwrap_or(0);
            let passed = get::<i64>(row, "passed")? - back;
            let gate = Gate { cap: get(row, "cap")?, passed, changed: back != 0 };
            self.known.insert(key.clone(), gate);
        }
        Ok(self.known.get(&key).map_or(0, |it| it.cap - it.passed))
    }

    /// Writes what has changed.
    pub(super) fn write(&self, writes: &mut Writes, dialect: Dialect) {
        let changed = self.known.iter().filter(|(_, it)| it.changed);
        let rows: Vec<_> = changed
            .map(|((account, name), it)| {
                json!({ "account": account, "name": name, "cap": it.cap, "passed": it.passed })
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        let columns = [
            ("account", Kind::Text),
            ("name", Kind::Text),
            ("cap", Kind::Number),
            ("passed", Kind::Number),
        ];
        let sql = format!(
            "INSERT INTO job_gate (account, name, cap, passed) \
             SELECT v.account, v.name, v.cap, v.passed FROM {} WHERE true \
             ON CONFLICT (account, name) \
             DO UPDATE SET cap = excluded.cap, passed = excluded.passed",
            dialect.list(1, &columns)
        );
        writes.add(sql, vec![json(rows)]);
    }
}

impl Store {
    /// Deletes gates that nobody has passed and nobody is about to pass: keys are names that users invent.
    /// Returns how many.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn forget_gates(&self) -> Result<u64, StoreError> {
        let sql = "SELECT DISTINCT account FROM job_gate WHERE passed = 0 ORDER BY account";
        let mut forgotten = 0;
        for row in all(&self.queue, sql, Vec::new()).await? {
            forgotten += self.forget_gates_of(get(&row, "account")?).await?;
        }
        Ok(forgotten)
    }

    /// The account is locked meanwhile, so that nobody submits a job that counts on one.
    async fn forget_gates_of(&self, account: String) -> Result<u64, StoreError> {
        let transaction = self.begin().await?;
        let dialect = Dialect::of(&transaction);
        let lock =
            format!("SELECT account FROM job_account WHERE account = $1{}", dialect.locked());
        all(&transaction, &lock, vec![account.as_str().into()]).await?;
        let names = match dialect.is_postgres() {
            true => "json_array_elements_text(CAST(j.gates AS json)) AS g(value)",
            false => "json_each(j.gates) AS g",
        };
        let sql = format!(
            "DELETE FROM job_gate WHERE account = $1 AND passed = 0 AND name NOT IN \
             (SELECT g.value FROM job j CROSS JOIN {names} WHERE j.account = $1 AND j.gates <> '[]')"
        );
        let forgotten = run(&transaction, &sql, vec![account.into()]).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }
}
