//! Artifacts of jobs: what an order names is there and the owner's, goes into the sandbox before the program
//! starts, and what it leaves is kept.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use model::{
    artifact::Artifact,
    id::UserId,
    job::{Job, Order, Payload},
};
use sandbox::Sandbox;

use super::{ArtifactError, Artifacts, Collecting, InvalidPattern, Patterns, expired, reference};
use crate::{Engine, JobFiles, NotRun};

/// Largest artifact that is a program's text, in bytes.
const MOST_PROGRAM_BYTES: u64 = 4 << 20;

/// Why an order's artifacts are refused.
#[derive(Debug, thiserror::Error)]
pub enum OrderArtifactsError {
    #[error("this server keeps no artifacts")]
    NotKept,
    #[error("{source}")]
    Artifact {
        /// Where the reference stands: a JSON pointer into the order.
        field: String,
        source: ArtifactError,
    },
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
}

impl Engine {
    /// Whether a user may have the artifacts that an order names, and its patterns are some.
    ///
    /// # Errors
    ///
    /// Returns [`OrderArtifactsError`] if a reference is not good now, or a pattern is none.
    pub async fn check_artifacts(
        &self,
        owner: UserId,
        order: &Order,
    ) -> Result<(), OrderArtifactsError> {
        let program = match &order.payload {
            Payload::Artifact { artifact, .. } => Some(artifact),
            Payload::Command { .. }
            | Payload::Code { .. }
            | Payload::Runbook { .. }
            | Payload::Function { .. } => None,
        };
        let files = order.artifacts_in.iter().enumerate();
        let files = files.map(|(at, it)| (format!("/artifacts_in/{at}/artifact"), &it.artifact));
        let program = program.map(|it| ("/payload/artifact".to_owned(), it));
        let references: Vec<_> = files.chain(program).collect();
        if references.is_empty() && order.artifacts_out.is_empty() {
            return Ok(());
        }
        let artifacts = self.artifacts().ok_or(OrderArtifactsError::NotKept)?;
        for (field, shown) in references {
            let resolved = artifacts.resolve(shown, owner).await;
            resolved.map_err(|source| OrderArtifactsError::Artifact { field, source })?;
        }
        Patterns::new(&order.artifacts_out)?;
        Ok(())
    }

    /// What brings artifacts into the sandboxes of jobs and out of them.
    #[must_use]
    pub fn job_files(&self) -> Option<Arc<dyn JobFiles>> {
        self.artifacts().cloned().map(|it| Arc::new(it) as Arc<dyn JobFiles>)
    }
}

impl Artifacts {
    /// The artifact behind a reference that was good when its job was accepted: a job may wait for longer
    /// than a reference counts.
    async fn accepted(&self, shown: &str, owner: UserId) -> Result<Artifact, ArtifactError> {
        let named = reference::believed(&self.0.key, shown)
            .filter(|it| it.owner == owner)
            .ok_or(super::ReferenceError::Forged)?;
        let artifact = self.0.store.reader().artifact(named.artifact).await?;
        let now = self.0.store.reader().database_time().await?;
        let same = |it: &Artifact| it.digest == named.digest && !expired(it, now);
        artifact.filter(same).ok_or(ArtifactError::Gone)
    }

    async fn program_text(&self, job: &Job, shown: &str) -> Result<String, NotRun> {
        let not_read = |it: ArtifactError| NotRun::of(it.may_pass(), it.to_string());
        let artifact = self.accepted(shown, job.owner).await.map_err(not_read)?;
        if artifact.size > MOST_PROGRAM_BYTES {
            let (name, size) = (&artifact.name, artifact.size);
            return Err(NotRun::Never(format!(
                "{name} has {size} bytes, and a program has {MOST_PROGRAM_BYTES} at most"
            )));
        }
        let mut reading = self.read(&artifact, 0..artifact.size).await.map_err(not_read)?;
        let mut bytes = Vec::new();
        while let Some(more) = reading.next().await.map_err(not_read)? {
            bytes.extend_from_slice(&more);
        }
        String::from_utf8(bytes)
            .map_err(|_| NotRun::Never(format!("{} is no text in UTF-8", artifact.name)))
    }

    async fn load_all(&self, job: &Job, sandbox: &Sandbox) -> Result<(), NotRun> {
        for file in &job.order.artifacts_in {
            let artifact = self
                .accepted(&file.artifact, job.owner)
                .await
                .map_err(|it| NotRun::of(it.may_pass(), format!("{}: {it}", file.path)))?;
            let placed = self.place(&artifact, sandbox, &file.path).await;
            placed.map_err(|it| NotRun::of(it.may_pass(), it.to_string()))?;
        }
        Ok(())
    }

    async fn collect_all(&self, job: &Job, sandbox: &Sandbox) -> Result<Vec<String>, String> {
        let patterns = Patterns::new(&job.order.artifacts_out).map_err(|it| it.to_string())?;
        let by = job.held().ok_or("no worker has this job")?;
        let of = Collecting { owner: job.owner, token: job.token, by };
        let kept = self.collect(sandbox, &patterns, of).await.map_err(|it| it.to_string())?;
        let line = |it: Artifact| format!("kept {} ({} bytes) as {}", it.name, it.size, it.id);
        Ok(kept.into_iter().map(line).collect())
    }
}

impl JobFiles for Artifacts {
    fn load<'a>(&'a self, job: &'a Job, sandbox: &'a Sandbox) -> BoxFuture<'a, Result<(), NotRun>> {
        Box::pin(self.load_all(job, sandbox))
    }

    fn program<'a>(
        &'a self,
        job: &'a Job,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<String, NotRun>> {
        Box::pin(self.program_text(job, reference))
    }

    fn collect<'a>(
        &'a self,
        job: &'a Job,
        sandbox: &'a Sandbox,
    ) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(self.collect_all(job, sandbox))
    }
}
