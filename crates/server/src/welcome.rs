//! The runbooks that every new account finds.

use model::user::User;

use crate::App;

/// Title and text, in the order of the list.
const RUNBOOKS: [(&str, &str); 3] = [
    ("Welcome to Runbook", include_str!("../welcome/welcome.md")),
    ("Sorting, step by step", include_str!("../welcome/sorting.md")),
    ("Files and text", include_str!("../welcome/files-and-text.md")),
];

impl App {
    /// Gives a new user the welcome runbooks. An account without them is still an account.
    pub(crate) async fn welcome(&self, user: &User) {
        if let Err(error) = self.engine.create_runbooks(user.id, &RUNBOOKS).await {
            tracing::warn!(%error, "a welcome runbook was not stored");
        }
    }
}
