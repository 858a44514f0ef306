//! Who signed a document, and under which name trust in it is remembered.

use std::{borrow::Cow, sync::Arc};

use super::{Inner, LocalRunbook, Mode, Opening};
use crate::local::{Folder, Reading, Signature};

impl Opening {
    /// What trust in it is remembered under.
    pub(super) fn place(&self) -> Cow<'_, str> {
        match &self.origin {
            Some(origin) => Cow::Borrowed(origin),
            None => self.path.to_string_lossy(),
        }
    }

    /// Who signed a reading. Where the disk is what runs, no signature says what that will be.
    pub(super) fn signature(&self, reading: &Reading, folder: &Folder) -> Signature {
        match self.mode {
            Mode::Open | Mode::WatchRegistry => {
                Signature::of(&self.path, reading, folder, &self.signers)
            }
            Mode::Watch => Signature::Absent,
        }
    }
}

impl LocalRunbook {
    /// Who signed what runs.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.0.state().signature.clone()
    }
}

impl Inner {
    pub(super) async fn signature(self: &Arc<Self>, reading: &Arc<Reading>) -> Signature {
        let (inner, reading) = (Arc::clone(self), Arc::clone(reading));
        let looking =
            tokio::task::spawn_blocking(move || inner.opening.signature(&reading, &inner.folder));
        looking.await.unwrap_or(Signature::Absent)
    }
}
