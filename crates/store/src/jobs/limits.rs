//! How much users and tokens may ask of the queue, and what they have used.

use std::fmt;

use model::{
    id::{TokenId, UserId},
    job::{JobLimits, JobUsage},
};
use sea_orm::ConnectionTrait;

use super::{
    dialect::{Dialect, Kind, all, one, run, texts},
    row::get,
    submit::open_account,
};
use crate::{
    Reader, Store, StoreError,
    entity::{from_column, to_column},
};

/// Whose limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Of all users for whom nothing else is set.
    Default,
    User(UserId),
    Token(TokenId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::User(id) => id.fmt(f),
            Self::Token(id) => id.fmt(f),
        }
    }
}

/// What holds for one submission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effective {
    pub(super) of_user: JobLimits,
    /// Nothing but what is set for the token itself.
    pub(super) of_token: JobLimits,
}

pub(super) async fn effective(
    db: &impl ConnectionTrait,
    owner: UserId,
    token: Option<TokenId>,
) -> Result<Effective, StoreError> {
    let user = Subject::User(owner).to_string();
    let token = token.map(|it| Subject::Token(it).to_string());
    let subjects = [Subject::Default.to_string(), user.clone()].into_iter().chain(token.clone());
    let sql = format!(
        "SELECT * FROM job_limit WHERE subject IN (SELECT v.subject FROM {})",
        Dialect::of(db).list(1, &[("subject", Kind::Text)])
    );
    let (mut default, mut of_user, mut of_token) =
        (JobLimits::default(), JobLimits::default(), JobLimits::default());
    for row in all(db, &sql, vec![texts("subject", subjects)]).await? {
        let subject: String = get(&row, "subject")?;
        let limits = read(&row)?;
        if subject == user {
            of_user = limits;
        } else if Some(&subject) == token.as_ref() {
            of_token = limits;
        } else {
            default = limits;
        }
    }
    Ok(Effective { of_user: of_user.or(default).or(JobLimits::USUAL), of_token })
}

fn read(row: &sea_orm::QueryResult) -> Result<JobLimits, StoreError> {
    let limit = |column| -> Result<Option<u64>, StoreError> {
        Ok(get::<Option<i64>>(row, column)?.map(from_column))
    };
    Ok(JobLimits {
        per_minute: limit("per_minute")?,
        queued: limit("queued")?,
        running: limit("running")?,
        cpu_seconds_per_day: limit("cpu_seconds_per_day")?,
        artifact_bytes: limit("artifact_bytes")?,
    })
}

impl Store {
    /// Sets the limits of a user, of a token, or of everybody else. They hold from the next submission and
    /// the next claim on.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn set_job_limits(
        &self,
        subject: Subject,
        limits: JobLimits,
    ) -> Result<(), StoreError> {
        let transaction = self.begin_queued().await?;
        let sql = "INSERT INTO job_limit \
            (subject, per_minute, queued, running, cpu_seconds_per_day, artifact_bytes) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO UPDATE SET \
            per_minute = excluded.per_minute, queued = excluded.queued, \
            running = excluded.running, cpu_seconds_per_day = excluded.cpu_seconds_per_day, \
            artifact_bytes = excluded.artifact_bytes";
        let column = |it: Option<u64>| it.map(to_column).into();
        let values = vec![
            subject.to_string().into(),
            column(limits.per_minute),
            column(limits.queued),
            column(limits.running),
            column(limits.cpu_seconds_per_day),
            column(limits.artifact_bytes),
        ];
        run(&transaction, sql, values).await?;
        let users = match subject {
            Subject::User(user) => vec![user],
            // Each account carries a copy, so that a claim need not look for it.
            Subject::Default => accounts(&transaction).await?,
            Subject::Token(_) => Vec::new(),
        };
        for user in users {
            let limits = effective(&transaction, user, None).await?.of_user;
            open_account(&transaction, &user.to_string(), &limits).await?;
            let sql = "UPDATE job_account SET paused_until = 0 WHERE account = $1";
            run(&transaction, sql, vec![user.to_string().into()]).await?;
        }
        transaction.commit().await?;
        self.bell.ring(super::Wake::Work);
        Ok(())
    }

    /// Counts bytes of artifacts that were added, or with a minus removed, for a user and the token that
    /// spoke for them.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn add_artifact_bytes(
        &self,
        owner: UserId,
        token: Option<TokenId>,
        bytes: i64,
    ) -> Result<(), StoreError> {
        let token = token.map(Subject::Token);
        for subject in [Subject::User(owner)].into_iter().chain(token) {
            let sql = "INSERT INTO job_usage \
                (subject, pace_us, queued, cpu_day, cpu_ms, artifact_bytes) \
                VALUES ($1, 0, 0, 0, 0, $2) ON CONFLICT (subject) \
                DO UPDATE SET artifact_bytes = job_usage.artifact_bytes + excluded.artifact_bytes";
            run(&self.queue, sql, vec![subject.to_string().into(), bytes.into()]).await?;
        }
        Ok(())
    }
}

/// In the order in which accounts are locked.
async fn accounts(db: &impl ConnectionTrait) -> Result<Vec<UserId>, StoreError> {
    let rows = all(db, "SELECT account FROM job_account ORDER BY account", Vec::new()).await?;
    let id = |row| -> Result<UserId, StoreError> {
        let text: String = get(row, "account")?;
        crate::entity::parse("job_account.account", &text)
    };
    rows.iter().map(id).collect()
}

impl Reader {
    /// What is set for a subject itself.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job_limits(&self, subject: Subject) -> Result<JobLimits, StoreError> {
        let sql = "SELECT * FROM job_limit WHERE subject = $1";
        let row = one(&self.db, sql, vec![subject.to_string().into()]).await?;
        row.as_ref().map_or(Ok(JobLimits::default()), read)
    }

    /// What holds for a submission: of the token where it is stricter, else of the user, else of everybody.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn effective_job_limits(
        &self,
        owner: UserId,
        token: Option<TokenId>,
    ) -> Result<JobLimits, StoreError> {
        let Effective { of_user, of_token } = effective(&self.db, owner, token).await?;
        let stricter = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Ok(JobLimits {
            per_minute: stricter(of_user.per_minute, of_token.per_minute),
            queued: stricter(of_user.queued, of_token.queued),
            running: stricter(of_user.running, of_token.running),
            cpu_seconds_per_day: stricter(
                of_user.cpu_seconds_per_day,
                of_token.cpu_seconds_per_day,
            ),
            artifact_bytes: stricter(of_user.artifact_bytes, of_token.artifact_bytes),
        })
    }

    /// What a user or a token has used.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError`] if the database fails.
    pub async fn job_usage(&self, subject: Subject) -> Result<JobUsage, StoreError> {
        let now = Dialect::of(&self.db).now();
        let sql = format!(
            "SELECT u.queued, u.artifact_bytes, \
             CASE WHEN u.cpu_day = {now} / 86400000 THEN u.cpu_ms ELSE 0 END AS cpu_ms, \
             (SELECT COUNT(*) FROM job j WHERE j.state = 'leased' \
              AND (j.account = $1 OR j.token = $1)) AS running \
             FROM job_usage u WHERE u.subject = $1"
        );
        let row = one(&self.db, &sql, vec![subject.to_string().into()]).await?;
        let Some(row) = row else { return Ok(JobUsage::default()) };
        Ok(JobUsage {
            queued: from_column(get(&row, "queued")?),
            running: from_column(get(&row, "running")?),
            cpu_ms_today: from_column(get(&row, "cpu_ms")?),
            artifact_bytes: from_column(get(&row, "artifact_bytes")?),
        })
    }
}
