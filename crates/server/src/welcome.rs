//! The runbooks that every new account finds.

use model::user::User;

use crate::App;

/// Title and text, in the order in which they are stored: the last one comes first in the list.
const RUNBOOKS: [(&str, &str); 3] = [
    ("Files and text", include_str!("../welcome/files-and-text.md")),
    ("Sorting, step by step", include_str!("../welcome/sorting.md")),
    ("Welcome to Runbook", include_str!("../welcome/welcome.md")),
];

impl App {
    /// Gives a new user the welcome runbooks. An account without them is still an account.
    pub(crate) async fn welcome(&self, user: &User) {
        for (title, content) in RUNBOOKS {
            if let Err(error) = self.engine.create_runbook(user.id, title, content).await {
                tracing::warn!(%error, title, "a welcome runbook was not stored");
            }
        }
    }
}
