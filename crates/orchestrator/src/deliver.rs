//! Delivering: what an agent changed becomes a commit, a branch, a pull request. All of it is done by the platform.
//!
//! ```text
//!  sandbox ── pack ──▶ mirror: tree ─▶ commit on our own parent ─▶ push, if the branch is where we left it ─▶ forge
//! ```
//!
//! Each of these may be done twice: a push that has happened is done, a pull request that is there is found.

use std::{collections::BTreeSet, sync::Arc};

use agent::{
    context::{CoAuthor, RequestOf, WORK_TRAILER, commit_message, request_text, work_trailer},
    plan::StepNumber,
    session::{
        Branch, BranchId, BranchState, Delivery, Fact, Fault, Fence, Opening, PullRequest,
        RequestOrder, Reset, State, Target, Work,
    },
};
use forge::{Edit, ForgeError, NewPullRequest, Readiness};
use model::id::UserId;
use repository::{
    Branch as BranchName, CommitId, Expect, FetchError, GitError, Identity, InvalidName, NewCommit,
    PushError,
};

use crate::{
    agents::Hub,
    bench::{Bench, SnapshotError},
    ground::{Ground, Host},
    view::Record,
};

/// Who commits. Who took part is named in the message.
const COMMITTER: (&str, &str) = ("Runbook", "runbook@users.noreply.runbook.invalid");

pub(crate) struct Delivering {
    pub(crate) hub: Arc<Hub>,
    pub(crate) record: Record,
    pub(crate) state: Arc<State>,
    pub(crate) fence: Fence,
    pub(crate) work: Work,
    pub(crate) delivery: Delivery,
    pub(crate) ground: Ground,
}

/// Why nothing was delivered.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error("the sandbox is gone")]
    NoSandbox,
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Push(#[from] PushError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Forge(#[from] ForgeError),
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error("the session made no such branch")]
    NoBranch,
}

impl DeliverError {
    fn fault(&self) -> Fault {
        let why = self.to_string();
        let may_pass = match self {
            Self::NoSandbox => true,
            Self::Snapshot(error) => matches!(error, SnapshotError::Sandbox(_)),
            Self::Push(error) => error.may_pass(),
            Self::Fetch(error) => error.may_pass(),
            Self::Forge(error) => error.may_pass(),
            Self::Git(_) | Self::Name(_) | Self::NoBranch => false,
        };
        if may_pass { Fault::Passing { why } } else { Fault::Lasting { why } }
    }
}

/// Takes out what was changed and brings it to the forge.
pub(crate) async fn deliver(
    order: &Delivering,
    bench: Option<(Arc<Bench>, CommitId)>,
) -> Vec<Fact> {
    let fence = order.fence;
    let done = if order.work.task.changes_files() {
        order.commit_and_push(bench).await
    } else {
        order.existing().map(Some)
    };
    let head = match done {
        Ok(Some(head)) => head,
        Ok(None) => return vec![Fact::Delivered { fence, head: None, request: None }],
        Err(error) => return order.failed(error),
    };
    match order.see_to_request().await {
        Ok(request) => vec![Fact::Delivered { fence, head: Some(head.to_string()), request }],
        Err(error) => order.failed(error),
    }
}

/// Looks at the forge for what had been pushed when a delivery was cut short, and does what is left to do.
pub(crate) async fn find(order: &Delivering) -> Vec<Fact> {
    let fence = order.fence;
    match order.find_pushed().await {
        Ok(None) => vec![Fact::NotDelivered { fence }],
        Ok(Some(head)) => match order.see_to_request().await {
            Ok(request) => vec![Fact::Delivered { fence, head: Some(head.to_string()), request }],
            Err(error) => order.failed(error),
        },
        Err(error) => order.failed(error),
    }
}

impl Delivering {
    /// `None` if nothing was changed.
    async fn commit_and_push(
        &self,
        bench: Option<(Arc<Bench>, CommitId)>,
    ) -> Result<Option<CommitId>, DeliverError> {
        let (bench, parent) = bench.ok_or(DeliverError::NoSandbox)?;
        let mirror = &self.ground.mirror;
        let taken = bench.snapshot(mirror, &parent).await?;
        if taken.changed_files == 0 {
            return Ok(None);
        }
        let committer = Identity { name: COMMITTER.0.to_owned(), email: COMMITTER.1.to_owned() };
        let message = commit_message(&self.state, &self.work, &self.authors().await);
        let now = self.hub.engine.clock().now().as_millis();
        let commit = NewCommit {
            tree: &taken.tree,
            parents: std::slice::from_ref(&parent),
            message: &message,
            author: &committer,
            committer: &committer,
            time: jiff::Timestamp::from_millisecond(now).unwrap_or_default(),
        };
        let commit = mirror.commit(commit).await?;
        let (name, expect) = match &self.delivery.target {
            Target::New { name, .. } => (name.clone(), Expect::Absent),
            Target::Existing { branch, head } => {
                let branch = self.state.branch(*branch).ok_or(DeliverError::NoBranch)?;
                (branch.name.clone(), Expect::At(CommitId::parse(head)?))
            }
        };
        mirror.push(&BranchName::parse(&name)?, &commit, &expect).await?;
        Ok(Some(commit))
    }

    async fn find_pushed(&self) -> Result<Option<CommitId>, DeliverError> {
        let mirror = &self.ground.mirror;
        let (name, base) = match &self.delivery.target {
            Target::New { name, base } => {
                let heads = mirror.fetch().await?;
                // Without what it was to lead to, it leads nowhere.
                let Some(base) = heads.get(&BranchName::parse(base)?) else { return Ok(None) };
                (name.clone(), base.clone())
            }
            Target::Existing { branch, head } => {
                let branch = self.state.branch(*branch).ok_or(DeliverError::NoBranch)?;
                (branch.name.clone(), CommitId::parse(head)?)
            }
        };
        let value = work_trailer(&self.state, self.delivery.work.unwrap_or(self.work.id));
        let name = BranchName::parse(&name)?;
        Ok(mirror.find_by_trailer(&name, WORK_TRAILER, &value, &base).await?)
    }

    /// What a branch ends with that is there already.
    fn existing(&self) -> Result<CommitId, DeliverError> {
        match &self.delivery.target {
            Target::Existing { head, .. } => Ok(CommitId::parse(head)?),
            Target::New { .. } => Err(DeliverError::NoBranch),
        }
    }

    /// Opens the pull request of the branch, or brings its text up to date.
    async fn see_to_request(&self) -> Result<Option<PullRequest>, DeliverError> {
        let (branch, name, base) = match &self.delivery.target {
            Target::New { name, base } => (None, name.clone(), base.clone()),
            Target::Existing { branch, .. } => {
                let branch = self.state.branch(*branch).ok_or(DeliverError::NoBranch)?;
                (Some(branch), branch.name.clone(), branch.base.clone())
            }
        };
        let known = branch.and_then(|it| it.request.clone());
        let Some(host) = &self.ground.host else { return Ok(known) };
        let mut steps = branch.map(|it| it.steps.clone()).unwrap_or_default();
        steps.extend(self.work.task.step().cloned());
        let text = self.text(branch, &steps).await;
        match (self.delivery.request, known) {
            (RequestOrder::Nothing, known) => Ok(known),
            (RequestOrder::Update, Some(known)) => {
                update(host, known.number, &text).await?;
                Ok(Some(known))
            }
            (RequestOrder::Update, None) => Ok(None),
            (RequestOrder::Open { opening }, _) => {
                let readiness = match opening {
                    Opening::Ready => Readiness::Ready,
                    Opening::Draft => Readiness::Draft,
                };
                let found = host.forge.find_pull_request(&host.path, &name).await?;
                let opened = match found {
                    Some(found) => found,
                    None => {
                        let new = NewPullRequest {
                            title: text.title,
                            description: text.body,
                            branch: name,
                            base,
                            readiness,
                        };
                        host.forge.open_pull_request(&host.path, &new).await?
                    }
                };
                let labels = &self.state.settings.labels;
                if !labels.is_empty() {
                    host.forge.label(&host.path, opened.number, labels).await?;
                }
                Ok(Some(PullRequest { number: opened.number, url: opened.url }))
            }
        }
    }

    async fn text(
        &self,
        branch: Option<&Branch>,
        steps: &BTreeSet<StepNumber>,
    ) -> agent::context::RequestText {
        let by = self.work.by.unwrap_or(self.state.owner);
        let by = author(&self.hub, by).await.map_or_else(String::new, |it| it.name);
        request_of(&self.hub, &self.record, &self.state, (branch, steps), &by)
    }

    /// The owner, and whoever asked for it.
    async fn authors(&self) -> Vec<CoAuthor> {
        let people: BTreeSet<UserId> = [self.state.owner].into_iter().chain(self.work.by).collect();
        let mut authors = Vec::new();
        for user in people {
            authors.extend(author(&self.hub, user).await);
        }
        authors
    }

    fn failed(&self, error: DeliverError) -> Vec<Fact> {
        let mut facts = Vec::new();
        // The next attempt begins with what somebody pushed.
        if let (
            DeliverError::Push(PushError::Moved { actual: Some(head), .. }),
            Target::Existing { branch, .. },
        ) = (&error, &self.delivery.target)
        {
            facts.push(Fact::PersonPushed { branch: *branch, head: head.to_string() });
        }
        facts.push(Fact::Failed { fence: self.fence, fault: error.fault() });
        facts
    }
}

async fn author(hub: &Hub, user: UserId) -> Option<CoAuthor> {
    let user = hub.engine.store().reader().user(user).await.ok().flatten()?;
    Some(CoAuthor { name: user.username, email: user.email })
}

fn request_of(
    hub: &Hub,
    record: &Record,
    state: &State,
    (branch, steps): (Option<&Branch>, &BTreeSet<StepNumber>),
    by: &str,
) -> agent::context::RequestText {
    let link = hub.link(record.id);
    let description = state.settings.description.as_deref();
    request_text(state, RequestOf { branch, steps, link: &link, by, description })
}

async fn update(
    host: &Host,
    number: u64,
    text: &agent::context::RequestText,
) -> Result<(), ForgeError> {
    let edit = Edit { title: Some(text.title.clone()), description: Some(text.body.clone()) };
    host.forge.edit_pull_request(&host.path, number, &edit).await.map(drop)
}

/// Lets branches end where they did before the steps that are taken back.
pub(crate) async fn revert(
    ground: &Ground,
    state: &State,
    fence: Fence,
    resets: &[Reset],
) -> Vec<Fact> {
    for reset in resets {
        let Some(branch) = state.branch(reset.branch) else { continue };
        if let Err(error) = take_back(ground, branch, reset).await {
            return vec![Fact::Failed { fence, fault: error.fault() }];
        }
    }
    vec![Fact::Reverted { fence }]
}

async fn take_back(ground: &Ground, branch: &Branch, reset: &Reset) -> Result<(), DeliverError> {
    let name = BranchName::parse(&branch.name)?;
    let head = CommitId::parse(&branch.head)?;
    if let Some(left) = &reset.head {
        ground.mirror.push(&name, &CommitId::parse(left)?, &Expect::At(head)).await?;
        return Ok(());
    }
    if let (Some(host), Some(request)) = (&ground.host, &branch.request) {
        host.forge.close_pull_request(&host.path, request.number).await?;
    }
    match ground.mirror.delete(&name, &head).await {
        // It had been deleted before the answer was lost.
        Ok(()) | Err(PushError::Moved { actual: None, .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Asks for reviews of a draft whose steps are done. What fails is asked again when the server starts.
pub(crate) async fn mark_ready(
    hub: &Hub,
    record: &Record,
    state: &State,
    branch: BranchId,
) -> Option<Fact> {
    let branch = state.branch(branch).filter(|it| it.state == BranchState::Open)?;
    let marked = async {
        let ground =
            hub.ground(state.owner, record.repository).await.map_err(|it| it.to_string())?;
        let (Some(host), Some(request)) = (&ground.host, &branch.request) else { return Ok(()) };
        host.forge.mark_ready(&host.path, request.number).await.map_err(|it| it.to_string())?;
        let by = author(hub, state.owner).await.map_or_else(String::new, |it| it.name);
        let ready = Branch { readiness: agent::session::Readiness::Ready, ..branch.clone() };
        let text = request_of(hub, record, state, (Some(&ready), &branch.steps), &by);
        update(host, request.number, &text).await.map_err(|it| it.to_string())
    };
    match marked.await {
        Ok(()) => Some(Fact::BecameReady { branch: branch.id }),
        Err(error) => {
            tracing::warn!(session = %record.id, branch = %branch.name, %error, "a draft stays one");
            None
        }
    }
}
