//! What people and programs do at a forge, besides our client.

use serde::{Deserialize, Serialize};

use super::{
    Webhook,
    state::{Check, PullRequest, Remark, Stage, State, Thread},
    webhook::Told,
};
use crate::Resolution;

/// As JSON: `{"act": "comment", "number": 1, "by": "lin", "body": "/runbook revise"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Says something about the whole of a pull request.
    Comment {
        number: u64,
        by: String,
        body: String,
    },
    /// Reviews: something as a whole, and threads that begin at lines.
    Review {
        number: u64,
        by: String,
        #[serde(default)]
        body: String,
        #[serde(default)]
        lines: Vec<Line>,
    },
    /// Says something in the thread with this first comment.
    Reply {
        number: u64,
        thread: u64,
        by: String,
        body: String,
    },
    Resolve {
        number: u64,
        thread: u64,
    },
    Unresolve {
        number: u64,
        thread: u64,
    },
    Merge {
        number: u64,
    },
    Close {
        number: u64,
    },
    Reopen {
        number: u64,
    },
    /// Pushes to a branch. Where there is git, a real push comes first, and no commit is named.
    Push {
        branch: String,
        #[serde(default)]
        head: Option<String>,
        by: String,
    },
    /// A check of a commit begins or ends. With a log it is a job of Actions.
    Check {
        commit: String,
        name: String,
        outcome: Outcome,
        #[serde(default)]
        log: Option<String>,
    },
}

/// What a review says about a line.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub path: String,
    pub line: u32,
    pub body: String,
}

/// As a check run's conclusion, but for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pending,
    Success,
    Failure,
    Cancelled,
    Skipped,
}

impl Outcome {
    /// `None` of one that is pending.
    pub(super) const fn conclusion(self) -> Option<&'static str> {
        match self {
            Self::Pending => None,
            Self::Success => Some("success"),
            Self::Failure => Some("failure"),
            Self::Cancelled => Some("cancelled"),
            Self::Skipped => Some("skipped"),
        }
    }
}

impl State {
    /// `None` where there is nothing to act on.
    pub(super) fn act(&mut self, repository: &str, act: Act) -> Option<Vec<Webhook>> {
        let told = match act {
            Act::Comment { number, by, body } => {
                let remark = Remark::new(self.id(), by, body);
                let found = self.pull_request(repository, number)?;
                found.comments.push(remark.clone());
                vec![Told::Commented(found.clone(), remark)]
            }
            Act::Review { number, by, body, lines } => {
                self.review(repository, number, by, body, lines)?
            }
            Act::Reply { number, thread, by, body } => {
                let remark = Remark::new(self.id(), by, body);
                let found = self.pull_request(repository, number)?;
                found.thread(thread)?.comments.push(remark.clone());
                vec![Told::CommentedAtLine(found.clone(), thread, remark)]
            }
            Act::Resolve { number, thread } => {
                self.settle(repository, number, thread, Resolution::Resolved)?
            }
            Act::Unresolve { number, thread } => {
                self.settle(repository, number, thread, Resolution::Unresolved)?
            }
            Act::Merge { number } => self.move_to(repository, number, Stage::Merged)?,
            Act::Close { number } => self.move_to(repository, number, Stage::Closed)?,
            Act::Reopen { number } => self.move_to(repository, number, Stage::Open)?,
            Act::Push { branch, head, by } => self.push(repository, branch, head, by)?,
            Act::Check { commit, name, outcome, log } => {
                let id = self.id();
                let checks = &mut self.repositories.get_mut(repository)?.checks;
                checks.retain(|it| it.commit != commit || it.name != name);
                let check = Check { id, commit, name, outcome, log };
                checks.push(check.clone());
                vec![Told::Checked(check)]
            }
        };
        Some(told.into_iter().map(|it| self.webhook(repository, it)).collect())
    }

    fn review(
        &mut self,
        repository: &str,
        number: u64,
        by: String,
        body: String,
        lines: Vec<Line>,
    ) -> Option<Vec<Told>> {
        let review = Remark::new(self.id(), by.clone(), body);
        let begin = |it: Line| {
            let remark = Remark::new(self.id(), by.clone(), it.body);
            Thread { path: it.path, line: Some(it.line), resolved: false, comments: vec![remark] }
        };
        let threads: Vec<Thread> = lines.into_iter().map(begin).collect();
        let found = self.pull_request(repository, number)?;
        found.reviews.push(review.clone());
        found.threads.extend(threads.iter().cloned());
        let found = found.clone();
        let at_line = |it: Thread| {
            let id = it.id();
            let first = it.comments.into_iter().next()?;
            Some(Told::CommentedAtLine(found.clone(), id, first))
        };
        let at_lines: Vec<_> = threads.into_iter().filter_map(at_line).collect();
        Some([vec![Told::Reviewed(found, review)], at_lines].concat())
    }

    fn settle(
        &mut self,
        repository: &str,
        number: u64,
        thread: u64,
        resolution: Resolution,
    ) -> Option<Vec<Told>> {
        let found = self.pull_request(repository, number)?;
        let (resolved, action) = match resolution {
            Resolution::Resolved => (true, "resolved"),
            Resolution::Unresolved => (false, "unresolved"),
        };
        found.thread(thread)?.resolved = resolved;
        Some(vec![Told::Settled(found.clone(), thread, action)])
    }

    fn move_to(&mut self, repository: &str, number: u64, stage: Stage) -> Option<Vec<Told>> {
        let found = self.pull_request(repository, number)?;
        found.state = stage;
        let action = if stage == Stage::Open { "reopened" } else { "closed" };
        Some(vec![Told::Changed(found.clone(), action)])
    }

    fn push(
        &mut self,
        repository: &str,
        branch: String,
        head: Option<String>,
        by: String,
    ) -> Option<Vec<Told>> {
        if let Some(head) = head {
            self.repositories.get_mut(repository)?.heads.insert(branch.clone(), head);
        }
        let head = self.head(repository, &branch);
        let changed: Option<PullRequest> = self.open_for(repository, &branch).cloned();
        let changed = changed.map(|it| Told::Changed(it, "synchronize"));
        Some([Told::Pushed { branch, head, by }].into_iter().chain(changed).collect())
    }
}
