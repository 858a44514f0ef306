//! What is checked of a commit.

/// The latest run of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub state: CheckState,
    /// Of its page, where it has one.
    pub url: Option<String>,
    /// `None` where the forge does not keep the log.
    pub log: Option<LogSource>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    Pending,
    Passed,
    Failed,
    /// It says nothing about the commit: skipped, cancelled, waiting for a person, or something unknown.
    Neutral,
}

/// The job whose log it is: of GitHub's Actions, or of GitLab's CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogSource {
    pub job: u64,
}

/// The last bytes of a log, as some program wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEnd {
    pub bytes: Vec<u8>,
    /// How many there are before them.
    pub left_out: u64,
}
