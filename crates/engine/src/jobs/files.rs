//! Where jobs get files from, and where they leave some.

use futures_util::future::BoxFuture;
use model::job::Job;
use sandbox::Sandbox;

/// Why an attempt has come to nothing before its program, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRun {
    /// Another time it may.
    Later(String),
    Never(String),
}

impl NotRun {
    pub(crate) fn of(may_pass: bool, reason: String) -> Self {
        if may_pass { Self::Later(reason) } else { Self::Never(reason) }
    }
}

/// Brings artifacts into sandboxes and out of them.
pub trait JobFiles: Send + Sync + std::fmt::Debug {
    /// Writes what the order has in `artifacts_in`, before the program starts.
    fn load<'a>(&'a self, job: &'a Job, sandbox: &'a Sandbox) -> BoxFuture<'a, Result<(), NotRun>>;

    /// The text of the program that a reference names, for an order of an artifact.
    fn program<'a>(
        &'a self,
        job: &'a Job,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<String, NotRun>>;

    /// Keeps what the order has in `artifacts_out`, after the program has ended. Gives a line for people
    /// about each.
    ///
    /// An `Err` is a reason in words.
    fn collect<'a>(
        &'a self,
        job: &'a Job,
        sandbox: &'a Sandbox,
    ) -> BoxFuture<'a, Result<Vec<String>, String>>;
}
