//! One repository on this server: its branches as they are at the forge, and objects of sessions beside them.

mod fetch;
mod history;
mod place;
mod push;
mod reading;
mod take;

use std::{path::Path, sync::Arc};

use crate::{
    Address, CommitId, Credentials, GitError, SeedError, SeedFile, TreeId,
    git::{Call, Input},
    repositories::Shared,
};

pub use fetch::{FetchError, Heads};
pub use history::{CommitInfo, Identity, NewCommit};
pub(crate) use place::Place;
pub use push::{Expect, PushError};
pub use reading::{Excerpt, Survey};
pub use take::{TakeError, Taken};

/// A repository, and what opens it at its forge.
#[derive(Clone, Debug)]
pub struct Mirror {
    shared: Arc<Shared>,
    place: Arc<Place>,
    address: Address,
    credentials: Option<Credentials>,
}

impl Mirror {
    pub(crate) const fn new(
        shared: Arc<Shared>,
        place: Arc<Place>,
        address: Address,
        credentials: Option<Credentials>,
    ) -> Self {
        Self { shared, place, address, credentials }
    }

    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// What a sandbox's checkout begins with: `.git` as tar, with the history that the limits allow. It is kept, and
    /// given again to whoever asks for the same commit.
    ///
    /// # Errors
    ///
    /// When the commit is not here, or this server's files cannot be used.
    pub async fn seed(&self, commit: &CommitId) -> Result<SeedFile, SeedError> {
        self.shared.seeds.open(&self.shared.git, &self.place, commit).await
    }

    /// What a checkout of one commit lacks of a later one, as pack for [`crate::script::advance`].
    ///
    /// # Errors
    ///
    /// When one of them is not here, or the pack is so large that a fresh seed is the better way.
    pub async fn pack_since(
        &self,
        have: &CommitId,
        commit: &CommitId,
    ) -> Result<Vec<u8>, GitError> {
        let call = self.call("pack-objects").args(["-q", "--revs", "--thin", "--stdout"]);
        call.bytes_from(Input::Bytes(format!("{commit}\n^{have}\n").as_bytes())).await
    }

    /// What a commit's files are.
    ///
    /// # Errors
    ///
    /// When the commit is not here.
    pub async fn tree_of(&self, commit: &CommitId) -> Result<TreeId, GitError> {
        let name = format!("{commit}^{{tree}}");
        let line = self.call("rev-parse").args(["--verify", "--quiet", &name]);
        parsed("rev-parse", &line.line().await?)
    }

    fn call(&self, command: &'static str) -> Call<'_> {
        self.shared.git.call(self.repository(), command)
    }

    /// Speaks with the forge.
    fn call_remote(&self, command: &'static str) -> Call<'_> {
        self.call(command).at(&self.address, self.credentials.as_ref())
    }

    fn repository(&self) -> &Path {
        self.place.repository()
    }
}

/// An id that git printed.
fn parsed(command: &'static str, line: &str) -> Result<TreeId, GitError> {
    TreeId::parse(line).map_err(|it| GitError::Failed { command, words: it.to_string() })
}
