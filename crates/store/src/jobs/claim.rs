//! Taking jobs: whose turn it is, and which of theirs goes first.
//!
//! Whoever loses a claim in a crash of the database has lost nothing: the job is still ready, and what the
//! worker says of it names a fence that is not there.

use std::collections::BTreeMap;

use model::{
    id::WorkerId,
    job::{Job, Share, share},
};
use sea_orm::{DatabaseTransaction, QueryResult, Value};
use serde_json::json;

use super::{
    dialect::{Dialect, Kind, Writes, all, json, one, texts},
    row::{COLUMNS, get, job},
};
use crate::{
    Store, StoreError,
    entity::{from_column, to_column},
};

/// What a worker can take.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Canonical names of the languages that it has.
    pub runtimes: Vec<String>,
    /// How many jobs.
    pub slots: u32,
}

/// A job that a worker has now.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub job: Job,
    /// The number of the last event of earlier attempts.
    pub last_seq: u64,
}

/// An account whose turn it may be, and those of its jobs that fit.
#[derive(Debug)]
struct Turn {
    share: Share,
    lanes: Vec<String>,
}

impl Store {
    /// Takes jobs for a worker, as many as fit: those of the accounts that are furthest behind, and of
    /// each those that have waited longest, priority counted.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn claim_jobs(
        &self,
        worker: WorkerId,
        fit: &Fit,
    ) -> Result<Vec<Claimed>, StoreError> {
        if fit.slots == 0 {
            return Ok(Vec::new());
        }
        let transaction = self.begin_queued().await?;
        let claim = Claim {
            transaction: &transaction,
            dialect: Dialect::of(&transaction),
            worker: worker.to_string(),
            fit,
        };
        let claimed = claim.take_some().await?;
        transaction.commit().await?;
        Ok(claimed)
    }
}

/// How often one waits for an account that turns out to have nothing any more.
const PATIENCE: usize = 3;

/// What to do about accounts that somebody else has locked.
#[derive(Clone, Copy)]
enum Lock {
    /// Leave them out. Waiting for one while others are locked could close a circle.
    IfFree,
    /// Wait for the one that is asked for.
    Wait,
}

struct Claim<'a> {
    transaction: &'a DatabaseTransaction,
    dialect: Dialect,
    worker: String,
    fit: &'a Fit,
}

impl Claim<'_> {
    /// The worker, if it takes jobs, as table `w`. It is locked, so that it cannot be given up between this
    /// and the end of the claim. From then on the transaction does not wait for the disk: what follows from a
    /// claim that was lost in a crash of the database's machine names a claim that is then not there. Nor does it
    /// wait long for others, at most half of the shortest lease: nobody can renew the worker's lease meanwhile.
    fn worker(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => {
                "WITH w AS MATERIALIZED (SELECT id, set_config('synchronous_commit', 'off', true), \
                 set_config('lock_timeout', '500ms', true) \
                 FROM job_worker WHERE id = $3 AND state = 'active' FOR SHARE)"
            }
            Dialect::Sqlite => {
                "WITH w AS (SELECT id FROM job_worker WHERE id = $3 AND state = 'active')"
            }
        }
    }

    fn needs(&self) -> Value {
        let any = String::new();
        texts("needs", self.fit.runtimes.iter().cloned().chain([any]))
    }

    /// The condition of an account whose turn it may be; the worker's lanes are parameter 1.
    fn condition(&self) -> String {
        format!(
            "a.ready > 0 AND a.running < a.cap AND a.paused_until <= {now} AND EXISTS \
             (SELECT 1 FROM job_lane l WHERE l.account = a.account AND l.ready > 0 \
              AND l.needs IN (SELECT v.needs FROM {list}))",
            now = self.dialect.now(),
            list = self.dialect.list(1, &[("needs", Kind::Text)]),
        )
    }

    async fn is_somebody_ready(&self) -> Result<bool, StoreError> {
        let condition = self.condition();
        let sql = format!("SELECT 1 AS one FROM job_account a WHERE {condition} LIMIT 1");
        Ok(one(self.transaction, &sql, vec![self.needs()]).await?.is_some())
    }

    async fn take_some(&self) -> Result<Vec<Claimed>, StoreError> {
        if let Some(claimed) = self.take(Lock::IfFree, self.fit.slots).await? {
            return Ok(claimed);
        }
        // Perhaps all who have something are locked by others: wait for one of them.
        for _ in 0..PATIENCE {
            if !self.dialect.is_postgres() || !self.is_somebody_ready().await? {
                break;
            }
            if let Some(claimed) = self.take(Lock::Wait, 1).await? {
                return Ok(claimed);
            }
        }
        Ok(Vec::new())
    }

    /// Takes jobs of some accounts; `None` if there was no account, and none is locked.
    async fn take(&self, lock: Lock, accounts: u32) -> Result<Option<Vec<Claimed>>, StoreError> {
        let mut turns = self.turns(lock, accounts).await?;
        if turns.is_empty() {
            return Ok(None);
        }
        let mut shares: Vec<Share> = turns.values().map(|it| it.share).collect();
        let starts = share(&mut shares, u64::from(self.fit.slots));
        let given: BTreeMap<String, u64> =
            turns.keys().cloned().zip(starts).filter(|(_, starts)| *starts > 0).collect();
        if given.is_empty() {
            return Ok(Some(Vec::new()));
        }
        turns.retain(|account, _| given.contains_key(account));
        let mut claimed = match self.dialect {
            Dialect::Postgres => self.take_at_once(&turns, &given).await?,
            Dialect::Sqlite => self.take_in_steps(&turns, &given).await?,
        };
        // In the order in which they were ready, which the database does not promise.
        claimed.sort_by_key(|it| (it.job.created_at, it.job.id));
        Ok(Some(claimed))
    }

    /// The accounts that are furthest behind.
    async fn turns(&self, lock: Lock, accounts: u32) -> Result<BTreeMap<String, Turn>, StoreError> {
        let locked = match lock {
            Lock::IfFree => self.dialect.locked_if_free(),
            Lock::Wait => self.dialect.locked(),
        };
        let sql = format!(
            "{worker} SELECT t.*, l.needs, l.ready AS fitting FROM \
             (SELECT a.account, a.vtime, a.weight, a.running, a.cap FROM job_account a \
              WHERE EXISTS (SELECT 1 FROM w) AND {condition} ORDER BY a.vtime, a.account LIMIT $2{locked}) t \
             JOIN job_lane l ON l.account = t.account AND l.ready > 0 \
             AND l.needs IN (SELECT v.needs FROM {list})",
            worker = self.worker(),
            condition = self.condition(),
            list = self.dialect.list(1, &[("needs", Kind::Text)]),
        );
        let values = vec![self.needs(), i64::from(accounts).into(), self.worker.as_str().into()];
        let mut turns = BTreeMap::new();
        for row in all(self.transaction, &sql, values).await? {
            let turn = turns.entry(get::<String>(&row, "account")?);
            let turn = match turn {
                std::collections::btree_map::Entry::Occupied(it) => it.into_mut(),
                std::collections::btree_map::Entry::Vacant(it) => it.insert(turn_of(&row)?),
            };
            turn.share.ready += from_column(get(&row, "fitting")?);
            turn.lanes.push(get(&row, "needs")?);
        }
        Ok(turns)
    }

    /// Takes the first jobs of each lane, so many of each account, and counts them, in one statement. The
    /// accounts are locked, so that what is ready stays so; asking for that once more would make PostgreSQL
    /// walk through the index of all that are ready.
    async fn take_at_once(
        &self,
        turns: &BTreeMap<String, Turn>,
        given: &BTreeMap<String, u64>,
    ) -> Result<Vec<Claimed>, StoreError> {
        let columns = [("account", Kind::Text), ("needs", Kind::Text), ("starts", Kind::Number)];
        let sql = format!(
            "WITH head AS (SELECT h.id, v.starts, \
              ROW_NUMBER() OVER (PARTITION BY v.account ORDER BY h.rank, h.id) AS place \
              FROM {list} CROSS JOIN LATERAL \
              (SELECT id, rank FROM job WHERE account = v.account AND needs = v.needs \
               AND state = 'ready' ORDER BY rank, id LIMIT v.starts) h), \
             taken AS ({lease} FROM head WHERE job.id = head.id AND head.place <= head.starts \
              RETURNING {returned}), \
             counted AS (UPDATE job_account SET {account} FROM \
              (SELECT account, COUNT(*) AS starts FROM taken GROUP BY account) v \
              WHERE job_account.account = v.account), \
             lane AS (UPDATE job_lane SET ready = ready - v.starts FROM \
              (SELECT account, needs, COUNT(*) AS starts FROM taken GROUP BY account, needs) v \
              WHERE job_lane.account = v.account AND job_lane.needs = v.needs) \
             SELECT * FROM taken",
            list = self.dialect.list(1, &columns),
            lease = self.lease(),
            returned = returned(),
            account = counted(),
        );
        let rows = wanted(turns, given).map(|(account, needs, starts)| {
            json!({ "account": account, "needs": needs, "starts": starts })
        });
        let values = vec![json(rows.collect()), self.worker.as_str().into()];
        all(self.transaction, &sql, values).await?.iter().map(claimed).collect()
    }

    /// The same where a limit cannot come from a list, and a statement costs no journey.
    async fn take_in_steps(
        &self,
        turns: &BTreeMap<String, Turn>,
        given: &BTreeMap<String, u64>,
    ) -> Result<Vec<Claimed>, StoreError> {
        let sql = "SELECT id, account, rank FROM job WHERE account = $1 AND needs = $2 \
            AND state = 'ready' ORDER BY rank, id LIMIT $3";
        let mut heads: BTreeMap<&str, Vec<(i64, String)>> = BTreeMap::new();
        for (account, needs, starts) in wanted(turns, given) {
            let values = vec![account.into(), needs.into(), to_column(starts).into()];
            for row in all(self.transaction, sql, values).await? {
                let heads = heads.entry(account).or_default();
                heads.push((get(&row, "rank")?, get(&row, "id")?));
            }
        }
        let mut ids = Vec::new();
        for (account, mut heads) in heads {
            heads.sort();
            let starts = given.get(account).copied().unwrap_or(0);
            let starts = usize::try_from(starts).unwrap_or(usize::MAX);
            ids.extend(heads.into_iter().take(starts).map(|(_, id)| id));
        }
        let sql = format!(
            "{lease} WHERE id IN (SELECT v.id FROM {list}) RETURNING {returned}",
            lease = self.lease(),
            list = self.dialect.list(1, &[("id", Kind::Text)]),
            returned = returned(),
        );
        let values = vec![texts("id", ids), self.worker.as_str().into()];
        let rows = all(self.transaction, &sql, values).await?;
        let claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        self.count(&claimed).await?;
        Ok(claimed)
    }

    /// Gives a job to the worker, which is parameter 2.
    fn lease(&self) -> String {
        let now = self.dialect.now();
        format!(
            "UPDATE job SET state = 'leased', fence = fence + 1, worker = $2, claimed_at = {now}, \
             started_at = NULL"
        )
    }

    async fn count(&self, claimed: &[Claimed]) -> Result<(), StoreError> {
        let mut accounts: BTreeMap<String, i64> = BTreeMap::new();
        let mut lanes: BTreeMap<(String, String), i64> = BTreeMap::new();
        for Claimed { job, .. } in claimed {
            let account = job.owner.to_string();
            let needs = job.order.language.clone().unwrap_or_default();
            *accounts.entry(account.clone()).or_default() += 1;
            *lanes.entry((account, needs)).or_default() += 1;
        }
        let rows = accounts
            .iter()
            .map(|(account, starts)| json!({ "account": account, "starts": starts }));
        let sql = format!(
            "UPDATE job_account SET {} FROM {} WHERE job_account.account = v.account",
            counted(),
            self.dialect.list(1, &[("account", Kind::Text), ("starts", Kind::Number)])
        );
        let mut writes = Writes::default();
        writes.add(sql, vec![json(rows.collect())]);
        let rows = lanes.iter().map(|((account, needs), starts)| {
            json!({ "account": account, "needs": needs, "starts": starts })
        });
        let columns = [("account", Kind::Text), ("needs", Kind::Text), ("starts", Kind::Number)];
        let sql = format!(
            "UPDATE job_lane SET ready = ready - v.starts FROM {} \
             WHERE job_lane.account = v.account AND job_lane.needs = v.needs",
            self.dialect.list(1, &columns)
        );
        writes.add(sql, vec![json(rows.collect())]);
        writes.run(self.transaction).await
    }
}

/// From which lanes of which accounts how many jobs may be taken.
fn wanted<'a>(
    turns: &'a BTreeMap<String, Turn>,
    given: &'a BTreeMap<String, u64>,
) -> impl Iterator<Item = (&'a str, &'a str, u64)> {
    turns.iter().flat_map(|(account, turn)| {
        let starts = given.get(account).copied().unwrap_or(0);
        turn.lanes.iter().map(move |lane| (account.as_str(), lane.as_str(), starts))
    })
}

/// What `v.starts` starts change of an account.
fn counted() -> String {
    format!(
        "ready = job_account.ready - v.starts, running = job_account.running + v.starts, \
         vtime = job_account.vtime + v.starts * \
         ({} / CASE WHEN job_account.weight > 1 THEN job_account.weight ELSE 1 END)",
        model::job::ONE_START
    )
}

/// What is read of a job that was taken.
fn returned() -> String {
    let columns: Vec<_> = COLUMNS.iter().map(|it| format!("job.{it}")).collect();
    let last_seq =
        "(SELECT COALESCE(MAX(e.seq), 0) FROM job_event e WHERE e.job = job.id) AS last_seq";
    format!("{}, {last_seq}", columns.join(", "))
}

fn claimed(row: &QueryResult) -> Result<Claimed, StoreError> {
    Ok(Claimed { job: job(row)?, last_seq: from_column(get(row, "last_seq")?) })
}

fn turn_of(row: &QueryResult) -> Result<Turn, StoreError> {
    let (cap, running): (i64, i64) = (get(row, "cap")?, get(row, "running")?);
    let weight = u32::try_from(get::<i64>(row, "weight")?).unwrap_or(1);
    let share = Share {
        vtime: get(row, "vtime")?,
        weight,
        ready: 0,
        room: from_column(cap.saturating_sub(running)),
    };
    Ok(Turn { share, lanes: Vec::new() })
}
