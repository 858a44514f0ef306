//! Artifacts and their uploads.

use std::time::Duration;

use engine::Upload;
use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, JobId, UploadId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bounded;

/// An artifact. Its content never changes.
#[derive(Serialize, ToSchema)]
#[schema(as = Artifact)]
pub(crate) struct ArtifactBody {
    id: ArtifactId,
    name: String,
    media_type: String,
    digest: Digest,
    /// In bytes.
    size: u64,
    /// The job that left it; null if somebody uploaded it.
    job: Option<JobId>,
    created_at: Timestamp,
    /// When it is deleted; null if never.
    expires_at: Option<Timestamp>,
    /// What its owner downloads it with, or names in a job.
    reference: String,
    /// Until when the reference counts.
    reference_expires_at: Timestamp,
}

impl ArtifactBody {
    pub(crate) fn new(it: Artifact, (reference, until): (String, Timestamp)) -> Self {
        Self {
            id: it.id,
            name: it.name,
            media_type: it.media_type,
            digest: it.digest,
            size: it.size,
            job: it.job,
            created_at: it.created_at,
            expires_at: it.expires_at,
            reference,
            reference_expires_at: until,
        }
    }
}

#[derive(Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// What it is called: a file name or a path.
    pub(crate) name: String,
    /// Seconds until it is deleted, a hundred years at most; as the operator says if left out.
    #[param(maximum = 3_153_600_000_u64)]
    #[serde(default, deserialize_with = "bounded::<_, 0, MOST_KEEP>")]
    pub(crate) keep: Option<u64>,
    /// What its digest must be.
    pub(crate) digest: Option<Digest>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewUpload)]
pub(crate) struct NewUploadBody {
    /// What it is called: a file name or a path.
    pub(crate) name: String,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// By its name if left out.
    pub(crate) media_type: Option<String>,
    /// What its digest must be.
    pub(crate) digest: Option<Digest>,
    /// Seconds until the artifact is deleted, a hundred years at most; as the operator says if left out.
    #[schema(maximum = 3_153_600_000_u64)]
    #[serde(default, deserialize_with = "bounded::<_, 0, MOST_KEEP>")]
    pub(crate) keep: Option<u64>,
}

/// A hundred years of 365 days, in seconds: what is later may be no time that can be written.
const MOST_KEEP: u64 = 100 * 365 * 86_400;

/// An artifact that arrives in parts.
#[derive(Serialize, ToSchema)]
#[schema(as = Upload)]
pub(crate) struct UploadBody {
    id: UploadId,
    name: String,
    /// In bytes.
    size: Option<u64>,
    /// Bytes that have arrived: where the next part begins.
    received: u64,
    /// Once all have arrived.
    artifact: Option<ArtifactBody>,
}

impl UploadBody {
    pub(crate) fn new(it: Upload, artifact: Option<ArtifactBody>) -> Self {
        Self { id: it.id, name: it.new.name, size: it.new.size, received: it.received, artifact }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PartQuery {
    /// Bytes before this part; those that have arrived.
    pub(crate) offset: u64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignQuery {
    /// Seconds that the reference counts; a day if left out, 30 days at most.
    expires_in: Option<u64>,
}

impl SignQuery {
    pub(crate) fn lifetime(&self) -> Duration {
        const MOST: u64 = 30 * 24 * 60 * 60;
        let seconds = self.expires_in.map(|it| Duration::from_secs(it.clamp(1, MOST)));
        seconds.unwrap_or(engine::USUAL_REFERENCE_LIFETIME)
    }
}
