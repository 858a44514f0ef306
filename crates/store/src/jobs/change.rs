//! One change of the queue: jobs on their way from one stage to the next, with all counters that go along.
//!
//! Everything is worked out in memory from rows that are locked, and written at the end in a few
//! statements, however many jobs there are.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    event::{Event, EventKind},
    job::{End, Moment, Phase, Report, State, last_event},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;
use serde_json::json;

use super::{
    dialect::{Dialect, Kind, Writes, all, json, one, run, texts},
    gates::Gates,
    row::{COLUMNS, MOVING, Moving, Stage, get, to_json},
};
use crate::{StoreError, entity::to_column};

const DAY_MS: i64 = 86_400_000;

/// An account whose row is locked.
#[derive(Clone, Debug)]
pub(super) struct Account {
    ready: i64,
    running: i64,
    vtime: i64,
    pub(super) cap: i64,
    pub(super) cpu_cap: i64,
}

/// What is added to an account.
#[derive(Clone, Copy, Debug, Default)]
struct Added {
    ready: i64,
    running: i64,
    queued: i64,
    cpu_ms: i64,
}

/// A job that has ended in this change.
struct Ended {
    moving: Moving,
    end: End,
    report: Report,
}

pub(super) struct Change<'a> {
    pub(super) transaction: &'a DatabaseTransaction,
    pub(super) dialect: Dialect,
    pub(super) moment: Moment,
    accounts: BTreeMap<String, Account>,
    pub(super) gates: Gates,
    added: BTreeMap<String, Added>,
    tokens: BTreeMap<String, Added>,
    lanes: BTreeMap<(String, String), i64>,
    moved: BTreeMap<model::id::JobId, Moving>,
    ended: Vec<Ended>,
    /// Of these the successors have not heard yet.
    unheard: Vec<(model::id::JobId, bool)>,
    events: Vec<(String, Event)>,
    attempts: Vec<serde_json::Value>,
    /// What goes to the database with the rest of the change.
    pub(super) writes: Writes,
    /// Whether a worker may find something new.
    offered: bool,
}

impl<'a> Change<'a> {
    /// Locks accounts, which must be there.
    pub(super) async fn begin(
        transaction: &'a DatabaseTransaction,
        accounts: &BTreeSet<String>,
        draw: u32,
    ) -> Result<Self, StoreError> {
        Self::lock(transaction, accounts, draw, "").await
    }

    /// The same for whoever calls [`Store::flush`](crate::Store) before anybody hears of the change: nobody
    /// who wants an account then waits for the disk.
    pub(super) async fn begin_light(
        transaction: &'a DatabaseTransaction,
        accounts: &BTreeSet<String>,
    ) -> Result<Self, StoreError> {
        let light = match Dialect::of(transaction) {
            Dialect::Postgres => "set_config('synchronous_commit', 'off', true),",
            Dialect::Sqlite => "",
        };
        Self::lock(transaction, accounts, 0, light).await
    }

    async fn lock(
        transaction: &'a DatabaseTransaction,
        accounts: &BTreeSet<String>,
        draw: u32,
        light: &str,
    ) -> Result<Self, StoreError> {
        let dialect = Dialect::of(transaction);
        let sql = format!(
            "SELECT {light} {now} AS now, account, ready, running, vtime, cap, cpu_cap FROM job_account \
             WHERE account IN (SELECT v.account FROM {list}) ORDER BY account{locked}",
            now = dialect.now(),
            list = dialect.list(1, &[("account", Kind::Text)]),
            locked = dialect.locked(),
        );
        let rows = all(transaction, &sql, vec![texts("account", accounts)]).await?;
        let mut now = 0;
        let mut found = BTreeMap::new();
        for row in &rows {
            now = get(row, "now")?;
            let account = Account {
                ready: get(row, "ready")?,
                running: get(row, "running")?,
                vtime: get(row, "vtime")?,
                cap: get(row, "cap")?,
                cpu_cap: get(row, "cpu_cap")?,
            };
            found.insert(get(row, "account")?, account);
        }
        Ok(Self {
            transaction,
            dialect,
            moment: Moment { now: Timestamp::from_millis(now), draw },
            accounts: found,
            gates: Gates::default(),
            added: BTreeMap::new(),
            tokens: BTreeMap::new(),
            lanes: BTreeMap::new(),
            moved: BTreeMap::new(),
            ended: Vec::new(),
            unheard: Vec::new(),
            events: Vec::new(),
            attempts: Vec::new(),
            writes: Writes::default(),
            offered: false,
        })
    }

    /// Reads jobs of the locked accounts, those that have not ended. They are locked first: whoever has one
    /// starts it and adds events without a lock of the account.
    pub(super) async fn load(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Moving>, StoreError> {
        let ids: Vec<_> = ids.into_iter().collect();
        if self.dialect.is_postgres() {
            let sql = format!(
                "SELECT id FROM job WHERE id IN (SELECT v.id FROM {list}) ORDER BY id{locked}",
                list = self.dialect.list(1, &[("id", Kind::Text)]),
                locked = self.dialect.locked(),
            );
            all(self.transaction, &sql, vec![texts("id", ids.clone())]).await?;
        }
        self.load_own(ids).await
    }

    /// The same for whoever has them, and does nothing else with them meanwhile.
    pub(super) async fn load_own(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Moving>, StoreError> {
        let sql = format!(
            "SELECT {MOVING} FROM job WHERE id IN (SELECT v.id FROM {list}) ORDER BY id",
            list = self.dialect.list(1, &[("id", Kind::Text)]),
        );
        let rows = all(self.transaction, &sql, vec![texts("id", ids)]).await?;
        let read = rows.iter().map(Moving::read).collect::<Result<Vec<_>, _>>()?;
        Ok(read.into_iter().filter(|it| self.accounts.contains_key(&it.account)).collect())
    }

    /// Moves a job to the state that follows, with what is known of the attempt that led to it.
    pub(super) async fn step(
        &mut self,
        moving: Moving,
        next: State,
        report: Report,
    ) -> Result<(), StoreError> {
        let was_taken = moving.stage.is_taken();
        match next.phase {
            Phase::Ended(end) => self.end(moving, next, end, report),
            Phase::Queued { run_at } if was_taken => {
                self.record_attempt(&moving, &report);
                let mut moving = self.tell(moving, next, &report);
                self.leave(&moving);
                moving.rank += run_at.as_millis() - moving.run_at;
                moving.run_at = run_at.as_millis();
                (moving.state, moving.worker) = (next, None);
                (moving.claimed_at, moving.started_at) = (None, None);
                self.place(moving).await?;
            }
            Phase::Queued { run_at } => {
                let mut moving = moving;
                moving.run_at = moving.run_at.max(run_at.as_millis());
                moving.state = next;
                self.place(moving).await?;
            }
            Phase::Waiting | Phase::Leased | Phase::Running => {
                self.moved.insert(moving.id, Moving { state: next, ..moving });
            }
        }
        Ok(())
    }

    /// Puts a job that is queued where it belongs now: it waits for its time, for a bound, or for a worker.
    pub(super) async fn place(&mut self, mut moving: Moving) -> Result<(), StoreError> {
        moving.held_by = None;
        moving.stage = if moving.run_at > self.moment.now.as_millis() {
            Stage::Scheduled
        } else {
            self.gates.load(self.transaction, self.dialect, &moving).await?;
            match self.gates.pass(&moving) {
                Ok(()) => Stage::Ready,
                Err(gate) => {
                    moving.held_by = Some(gate);
                    Stage::Held
                }
            }
        };
        if moving.stage == Stage::Ready {
            self.offered = true;
            self.count_ready(&moving, 1);
        }
        self.moved.insert(moving.id, moving);
        Ok(())
    }

    /// An account that is locked.
    pub(super) fn account(&self, account: &str) -> Option<&Account> {
        self.accounts.get(account)
    }

    /// Takes back a job that was placed, for whoever writes it.
    pub(super) fn placed(&mut self, id: model::id::JobId) -> Option<Moving> {
        self.moved.remove(&id)
    }

    fn end(&mut self, moving: Moving, next: State, end: End, report: Report) {
        let moving = self.tell(moving, next, &report);
        self.leave(&moving);
        let cpu_ms = report.summary.as_ref().map_or(0, |it| to_column(it.cpu_ms));
        self.add(&moving, Added { queued: -1, cpu_ms, ..Added::default() });
        if moving.has_successors {
            self.unheard.push((moving.id, end == End::Succeeded));
        }
        self.moved.remove(&moving.id);
        self.ended.push(Ended { moving: Moving { state: next, ..moving }, end, report });
    }

    /// Adds what a job said, with the numbers that come next.
    pub(super) fn say(&mut self, mut moving: Moving, events: Vec<Event>) -> Moving {
        for event in events {
            moving.last_seq += 1;
            self.events.push((moving.id.to_string(), Event { seq: moving.last_seq, ..event }));
        }
        moving
    }

    /// Adds the event that says what became of the attempt.
    fn tell(&mut self, mut moving: Moving, next: State, report: &Report) -> Moving {
        moving.last_seq += 1;
        let kind: EventKind = last_event(next, report, self.moment.now);
        let event = Event { seq: moving.last_seq, at: self.moment.now, kind };
        self.events.push((moving.id.to_string(), event));
        moving
    }

    fn record_attempt(&mut self, moving: &Moving, report: &Report) {
        let exit_code = report.summary.as_ref().and_then(|it| it.exit_code);
        self.attempts.push(json!({
            "job": moving.id.to_string(), "fence": moving.state.fence, "worker": moving.worker,
            "claimed_at": moving.claimed_at, "started_at": moving.started_at,
            "ended_at": self.moment.now.as_millis(), "how": report.end.name(),
            "reason": report.reason, "exit_code": exit_code,
        }));
        if let Some(summary) = &report.summary {
            let cpu_ms = to_column(summary.cpu_ms);
            self.add(moving, Added { cpu_ms, ..Added::default() });
        }
    }

    /// Takes a job out of what it counts for in its stage.
    fn leave(&mut self, moving: &Moving) {
        match moving.stage {
            Stage::Ready => self.count_ready(moving, -1),
            Stage::Leased | Stage::Running => {
                self.add_to_account(&moving.account, Added { running: -1, ..Added::default() });
            }
            Stage::Waiting | Stage::Scheduled | Stage::Held => {}
        }
        if moving.stage.has_passed() {
            self.gates.release(moving);
        }
    }

    fn count_ready(&mut self, moving: &Moving, count: i64) {
        self.add_to_account(&moving.account, Added { ready: count, ..Added::default() });
        *self.lanes.entry((moving.account.clone(), moving.needs.clone())).or_default() += count;
    }

    fn add_to_account(&mut self, account: &str, added: Added) {
        let sum = self.added.entry(account.to_owned()).or_default();
        sum.ready += added.ready;
        sum.running += added.running;
        sum.queued += added.queued;
        sum.cpu_ms += added.cpu_ms;
    }

    fn add(&mut self, moving: &Moving, added: Added) {
        self.add_to_account(&moving.account, added);
        if let Some(token) = &moving.token {
            let sum = self.tokens.entry(token.to_string()).or_default();
            sum.queued += added.queued;
            sum.cpu_ms += added.cpu_ms;
        }
    }

    /// Lets those go on that waited for what this change set free, and writes everything. Returns whether
    /// workers may find something new.
    pub(super) async fn finish(mut self) -> Result<bool, StoreError> {
        loop {
            self.tell_successors().await?;
            let held = self.gates.next_held(self.transaction, self.dialect).await?;
            if held.is_empty() && self.unheard.is_empty() {
                break;
            }
            for moving in held {
                // As this change has left it, if it has.
                let moving = self.moved.get(&moving.id).cloned().unwrap_or(moving);
                let has_ended = self.ended.iter().any(|it| it.moving.id == moving.id);
                if moving.stage == Stage::Held && !has_ended {
                    self.place(moving).await?;
                }
            }
        }
        let rejoined = self.rejoined().await?;
        self.write_moved();
        self.write_ended()?;
        self.write_events()?;
        self.write_attempts();
        self.write_accounts(rejoined);
        self.write_lanes();
        self.write_usage();
        self.gates.write(&mut self.writes, self.dialect);
        std::mem::take(&mut self.writes).run(self.transaction).await?;
        self.pause_spent().await?;
        Ok(self.offered)
    }

    fn write_moved(&mut self) {
        if self.moved.is_empty() {
            return;
        }
        let rows = self.moved.values().map(|it| {
            json!({
                "id": it.id.to_string(), "state": it.stage.name(), "rank": it.rank,
                "run_at": it.run_at, "blockers": it.blockers, "held_by": it.held_by,
                "failures": it.state.failures, "aborts": it.state.aborts,
                "cancelling": it.state.cancelling, "worker": it.worker,
                "claimed_at": it.claimed_at, "started_at": it.started_at,
            })
        });
        let columns = [
            ("id", Kind::Text),
            ("state", Kind::Text),
            ("rank", Kind::Number),
            ("run_at", Kind::Number),
            ("blockers", Kind::Number),
            ("held_by", Kind::Text),
            ("failures", Kind::Number),
            ("aborts", Kind::Number),
            ("cancelling", Kind::Truth),
            ("worker", Kind::Text),
            ("claimed_at", Kind::Number),
            ("started_at", Kind::Number),
        ];
        let set: Vec<_> = columns[1..].iter().map(|(it, _)| format!("{it} = v.{it}")).collect();
        let list = self.dialect.list(1, &columns);
        let sql = format!("UPDATE job SET {} FROM {list} WHERE job.id = v.id", set.join(", "));
        self.writes.add(sql, vec![json(rows.collect())]);
    }

    fn write_ended(&mut self) -> Result<(), StoreError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        let row = |it: &Ended| -> Result<serde_json::Value, StoreError> {
            let summary = it.report.summary.as_ref().map(to_json).transpose()?;
            let Moving { id, state, .. } = &it.moving;
            Ok(json!({
                "id": id.to_string(), "state": it.end.name(), "failures": state.failures,
                "aborts": state.aborts, "reason": it.report.reason.as_ref().map(|it| clean(it)),
                "summary": summary, "ended_at": self.moment.now.as_millis(),
            }))
        };
        let rows = json(self.ended.iter().map(row).collect::<Result<_, _>>()?);
        let columns = [
            ("id", Kind::Text),
            ("state", Kind::Text),
            ("failures", Kind::Number),
            ("aborts", Kind::Number),
            ("reason", Kind::Text),
            ("summary", Kind::Text),
            ("ended_at", Kind::Number),
        ];
        let list = self.dialect.list(1, &columns);
        let is_new = |it: &str| columns[1..].iter().any(|(name, _)| *name == it);
        let select: Vec<_> = COLUMNS
            .iter()
            .map(|it| format!("{}.{it}", if is_new(it) { "v" } else { "j" }))
            .collect();
        let sql = format!(
            "INSERT INTO job_history ({}) SELECT {} FROM {list} JOIN job j ON j.id = v.id",
            COLUMNS.join(", "),
            select.join(", "),
        );
        self.writes.add(sql, vec![rows]);
        let ids = self.ended.iter().map(|it| it.moving.id.to_string());
        let list = self.dialect.list(1, &[("id", Kind::Text)]);
        let sql = format!("DELETE FROM job WHERE id IN (SELECT v.id FROM {list})");
        self.writes.add(sql, vec![texts("id", ids)]);
        Ok(())
    }

    fn write_events(&mut self) -> Result<(), StoreError> {
        let row = |(job, event): &(String, Event)| -> Result<serde_json::Value, StoreError> {
            let (body, at) = (to_json(event)?, event.at.as_millis());
            Ok(json!({ "job": job, "seq": event.seq, "at": at, "body": body }))
        };
        let rows = self.events.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        super::events::insert(&mut self.writes, self.dialect, rows);
        Ok(())
    }

    fn write_attempts(&mut self) {
        if self.attempts.is_empty() {
            return;
        }
        let columns = [
            ("job", Kind::Text),
            ("fence", Kind::Number),
            ("worker", Kind::Text),
            ("claimed_at", Kind::Number),
            ("started_at", Kind::Number),
            ("ended_at", Kind::Number),
            ("how", Kind::Text),
            ("reason", Kind::Text),
            ("exit_code", Kind::Number),
        ];
        let names: Vec<_> = columns.iter().map(|(it, _)| *it).collect();
        let list = self.dialect.list(1, &columns);
        let names = names.join(", ");
        let sql = format!("INSERT INTO job_attempt ({names}) SELECT {names} FROM {list}");
        self.writes.add(sql, vec![json(self.attempts.clone())]);
    }

    fn write_accounts(&mut self, rejoined: Option<i64>) {
        let rows = self.added.iter().map(|(account, it)| {
            let vtime = self.accounts.get(account).map_or(0, |it| it.vtime);
            let vtime = rejoined.filter(|_| self.rejoins(account)).unwrap_or(vtime).max(vtime);
            json!({ "account": account, "ready": it.ready, "running": it.running, "vtime": vtime })
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return;
        }
        let columns = [
            ("account", Kind::Text),
            ("ready", Kind::Number),
            ("running", Kind::Number),
            ("vtime", Kind::Number),
        ];
        let sql = format!(
            "UPDATE job_account SET ready = job_account.ready + v.ready, \
             running = job_account.running + v.running, vtime = v.vtime \
             FROM {} WHERE job_account.account = v.account",
            self.dialect.list(1, &columns)
        );
        self.writes.add(sql, vec![json(rows)]);
    }

    /// Whether an account had nothing that could start, and has now.
    fn rejoins(&self, account: &str) -> bool {
        let had = self.accounts.get(account).is_some_and(|it| it.ready > 0 || it.running > 0);
        !had && self.added.get(account).is_some_and(|it| it.ready > 0)
    }

    /// The virtual time of those who come back: that of who is furthest behind, so that nobody saves up
    /// starts for later.
    async fn rejoined(&self) -> Result<Option<i64>, StoreError> {
        if !self.added.keys().any(|it| self.rejoins(it)) {
            return Ok(None);
        }
        let sql = "SELECT COALESCE((SELECT MIN(vtime) FROM job_account WHERE ready > 0), \
                   (SELECT MAX(vtime) FROM job_account)) AS vtime";
        let row = one(self.transaction, sql, Vec::new()).await?;
        Ok(match row {
            Some(row) => get(&row, "vtime")?,
            None => None,
        })
    }

    fn write_lanes(&mut self) {
        let rows = self.lanes.iter().filter(|(_, it)| **it != 0);
        let rows: Vec<_> = rows
            .map(|((account, needs), ready)| json!({ "account": account, "needs": needs, "ready": ready }))
            .collect();
        if rows.is_empty() {
            return;
        }
        let columns = [("account", Kind::Text), ("needs", Kind::Text), ("ready", Kind::Number)];
        // SQLite would take `ON` for a join without the condition.
        let sql = format!(
            "INSERT INTO job_lane (account, needs, ready) SELECT v.account, v.needs, v.ready \
             FROM {} WHERE true ON CONFLICT (account, needs) \
             DO UPDATE SET ready = job_lane.ready + excluded.ready",
            self.dialect.list(1, &columns)
        );
        self.writes.add(sql, vec![json(rows)]);
    }

    fn write_usage(&mut self) {
        let subjects = self.added.iter().chain(&self.tokens);
        let rows: Vec<_> = subjects
            .filter(|(_, it)| it.queued != 0 || it.cpu_ms != 0)
            .map(|(subject, it)| json!({ "subject": subject, "queued": it.queued, "cpu_ms": it.cpu_ms }))
            .collect();
        if rows.is_empty() {
            return;
        }
        let columns = [("subject", Kind::Text), ("queued", Kind::Number), ("cpu_ms", Kind::Number)];
        let sql = format!(
            "UPDATE job_usage SET queued = job_usage.queued + v.queued, \
             cpu_ms = CASE WHEN cpu_day = $2 THEN job_usage.cpu_ms ELSE 0 END + v.cpu_ms, \
             cpu_day = $2 FROM {} WHERE job_usage.subject = v.subject",
            self.dialect.list(1, &columns)
        );
        let day = self.day();
        self.writes.add(sql, vec![json(rows), day.into()]);
    }

    /// Days since 1970.
    pub(super) fn day(&self) -> i64 {
        self.moment.now.as_millis().div_euclid(DAY_MS)
    }

    /// Lets nothing more start today of those who have used up their processor time.
    async fn pause_spent(&self) -> Result<(), StoreError> {
        let is_bound = |(account, added): &(&String, &Added)| {
            let bound = self.accounts.get(*account).is_some_and(|it| it.cpu_cap < i64::MAX);
            bound && added.cpu_ms > 0
        };
        let accounts: Vec<_> =
            self.added.iter().filter(is_bound).map(|(it, _)| it.clone()).collect();
        if accounts.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE job_account SET paused_until = $2 \
             WHERE account IN (SELECT v.account FROM {}) AND cpu_cap <= \
             (SELECT u.cpu_ms FROM job_usage u WHERE u.subject = job_account.account)",
            self.dialect.list(1, &[("account", Kind::Text)])
        );
        let midnight = (self.day() + 1) * DAY_MS;
        run(self.transaction, &sql, vec![texts("account", accounts), midnight.into()]).await?;
        Ok(())
    }

    async fn tell_successors(&mut self) -> Result<(), StoreError> {
        let heard = std::mem::take(&mut self.unheard);
        if heard.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT job, predecessor FROM job_after \
             WHERE predecessor IN (SELECT v.id FROM {})",
            self.dialect.list(1, &[("id", Kind::Text)])
        );
        let ids = heard.iter().map(|(it, _)| it.to_string());
        for row in all(self.transaction, &sql, vec![texts("id", ids)]).await? {
            let (job, predecessor): (String, String) =
                (get(&row, "job")?, get(&row, "predecessor")?);
            let succeeded =
                heard.iter().any(|(it, succeeded)| *succeeded && it.to_string() == predecessor);
            self.tell_successor(job, &predecessor, succeeded).await?;
        }
        Ok(())
    }

    async fn tell_successor(
        &mut self,
        job: String,
        predecessor: &str,
        succeeded: bool,
    ) -> Result<(), StoreError> {
        use model::job::{AttemptEnd, Command, apply};
        let known = self.moved.values().find(|it| it.id.to_string() == job).cloned();
        let found = match known {
            Some(moving) => Some(moving),
            None if self.ended.iter().any(|it| it.moving.id.to_string() == job) => None,
            None => self.load([job]).await?.pop(),
        };
        let Some(mut moving) = found.filter(|it| it.stage == Stage::Waiting) else { return Ok(()) };
        let command = if succeeded { Command::Release } else { Command::Orphan };
        moving.blockers -= i64::from(succeeded);
        if succeeded && moving.blockers > 0 {
            self.moved.insert(moving.id, moving);
            return Ok(());
        }
        let Ok((next, _)) = apply(moving.state, moving.rules, command, self.moment) else {
            return Ok(());
        };
        let reason = format!("{predecessor}, which it comes after, did not succeed");
        let report = Report { end: AttemptEnd::Refused, reason: Some(reason), summary: None };
        self.step(moving, next, report).await
    }
}

/// PostgreSQL cannot hold NUL in text.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
