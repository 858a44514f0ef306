//! What becomes of branches at the forge: looked at from time to time, and when the forge says that something happened.
//!
//! ```text
//!  time ─┐                              ┌─▶ merged, closed
//!        ├─▶ look at each open branch ──┼─▶ somebody pushed
//!  webhook ┘                            ├─▶ somebody orders something with a comment
//!                                       └─▶ its checks have ended: passed, or the first that failed with its log
//! ```
//!
//! A look is one request for each branch, and one or two for its checks until they have ended. What people say is asked
//! for where the pull request says that something changed.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
};

use agent::session::{Branch, BranchId, BranchState, CiEnd, Fact, State};
use forge::{Check, CheckState, ForgeError, MayReach, PullRequestState, webhook::Command};
use jiff::Timestamp;
use model::id::AgentSessionId;
use sandbox::egress::is_public;

use crate::{
    agents::{Hub, RequestError},
    ground::Host,
    orders::{self, Order},
    view::Record,
};

/// What was found before, and need not be asked again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Commits whose checks were told to have ended.
    pub(crate) ended: HashSet<(BranchId, String)>,
    /// When something last changed at each pull request, by the look at what was said there then.
    said: HashMap<BranchId, Said>,
    /// Orders of those who may order nothing.
    ignored: HashSet<String>,
}

/// A forge counts in seconds: in the one of the last change more may be said after the look, so there is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Once(Timestamp),
    Twice(Timestamp),
}

impl Said {
    /// What a look is that is due; `None` if none is.
    fn next(last: Option<&Self>, changed_at: Timestamp) -> Option<Self> {
        match last {
            Some(Self::Twice(at)) if *at == changed_at => None,
            Some(Self::Once(at)) if *at == changed_at => Some(Self::Twice(changed_at)),
            Some(Self::Once(_) | Self::Twice(_)) | None => Some(Self::Once(changed_at)),
        }
    }
}

/// What a look has found, and the heads that the branches had then: what is known of others is newer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) facts: Vec<Fact>,
    pub(crate) known: Known,
    heads: Vec<(BranchId, String)>,
}

impl Seen {
    /// Whether nothing was delivered since.
    pub(crate) fn is_of(&self, state: &State) -> bool {
        self.heads == heads(state)
    }
}

/// Whether there is anything to look at.
pub(crate) fn is_worth_it(state: &State) -> bool {
    watched(state).next().is_some()
}

fn watched(state: &State) -> impl Iterator<Item = &Branch> {
    let branches = state.branches.iter().filter(|it| it.state == BranchState::Open);
    branches.filter(|it| it.request.is_some())
}

fn heads(state: &State) -> Vec<(BranchId, String)> {
    state.branches.iter().map(|it| (it.id, it.head.clone())).collect()
}

/// Looks at all open branches. What the forge does not say this time is asked the next time.
pub(crate) async fn look(hub: Arc<Hub>, record: Record, state: Arc<State>, known: Known) -> Seen {
    let mut seen = Seen { facts: Vec::new(), known, heads: heads(&state) };
    let ground = match hub.ground(state.owner, record.repository).await {
        Ok(ground) => ground,
        Err(error) => {
            tracing::debug!(session = %record.id, %error, "branches were not looked at");
            return seen;
        }
    };
    let Some(host) = ground.host else { return seen };
    let mut looking = Looking { hub, session: record.id, host, known: &mut seen.known };
    for branch in watched(&state) {
        match looking.at(branch).await {
            Ok(fact) => seen.facts.extend(fact),
            Err(error) => {
                let branch = &branch.name;
                tracing::debug!(session = %record.id, branch, %error, "a branch was not looked at");
            }
        }
    }
    seen
}

/// Why not all orders were looked at. The next look begins anew.
#[derive(Debug, thiserror::Error)]
enum ListenError {
    #[error(transparent)]
    Forge(#[from] ForgeError),
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// One look.
struct Looking<'k> {
    hub: Arc<Hub>,
    session: AgentSessionId,
    host: Host,
    known: &'k mut Known,
}

impl Looking<'_> {
    async fn at(&mut self, branch: &Branch) -> Result<Option<Fact>, ForgeError> {
        let Some(request) = &branch.request else { return Ok(None) };
        let (id, host) = (branch.id, self.host.clone());
        let status = host.forge.pull_request(&host.path, request.number).await?;
        let settled = match status.state {
            PullRequestState::Open => None,
            PullRequestState::Merged => Some(BranchState::Merged),
            PullRequestState::Closed => Some(BranchState::Closed),
        };
        if let Some(state) = settled {
            return Ok(Some(Fact::BranchSettled { branch: id, state }));
        }
        if status.head != branch.head {
            return Ok(Some(Fact::PersonPushed { branch: id, head: status.head }));
        }
        if let Err(error) = self.listen(branch, request.number, status.changed_at).await {
            let (session, branch) = (self.session, &branch.name);
            tracing::debug!(%session, branch, %error, "what was said was not heard to its end");
        }
        if self.known.ended.contains(&(id, branch.head.clone())) {
            return Ok(None);
        }
        let checks = host.forge.checks(&host.path, &branch.head).await?;
        let end = end_of(&host, &checks).await;
        Ok(end.map(|end| Fact::CiEnded { branch: id, head: branch.head.clone(), end }))
    }

    /// Takes what people order in a pull request, unless nothing changed there since all was heard.
    async fn listen(
        &mut self,
        branch: &Branch,
        number: u64,
        changed_at: Timestamp,
    ) -> Result<(), ListenError> {
        let Some(said) = Said::next(self.known.said.get(&branch.id), changed_at) else {
            return Ok(());
        };
        let discussion = self.host.forge.discussion(&self.host.path, number).await?;
        for (comment, Command::Revise { text }, covers) in discussion.orders() {
            let id = comment.id.to_string();
            if branch.heard.contains(&id) || self.known.ignored.contains(&id) {
                continue;
            }
            if !orders::may_order(&self.host, comment).await? {
                self.known.ignored.insert(id);
                continue;
            }
            let order = Order { number, comment, text: &text, covers: &covers };
            let place = (self.session, branch.id);
            orders::take(&self.hub, &self.host, place, (order, &discussion)).await?;
        }
        self.known.said.insert(branch.id, said);
        Ok(())
    }
}

/// `None` while something goes on, or where nothing is checked.
async fn end_of(host: &Host, checks: &[Check]) -> Option<CiEnd> {
    let is = |state| move |it: &&Check| it.state == state;
    if checks.iter().any(|it| it.state == CheckState::Pending) {
        return None;
    }
    if let Some(failed) = checks.iter().find(is(CheckState::Failed)) {
        return Some(CiEnd::Failed { check: failed.name.clone(), log: log(host, failed).await });
    }
    checks.iter().find(is(CheckState::Passed)).map(|_| CiEnd::Passed)
}

/// The end of a log, or why there is none: hostile text.
async fn log(host: &Host, check: &Check) -> String {
    const PUBLIC: MayReach = |address: IpAddr| is_public(address);
    let Some(source) = check.log else { return "the forge keeps no log of it".to_owned() };
    match host.forge.log_end(&host.path, source, PUBLIC).await {
        Ok(end) => String::from_utf8_lossy(&end.bytes).into_owned(),
        Err(error) => format!("its log could not be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_asked_for_twice_after_each_change() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let mut last = None;
        let mut asked = Vec::new();
        for changed_at in [1, 1, 1, 1, 2, 3, 3, 3].map(at) {
            let next = Said::next(last.as_ref(), changed_at);
            asked.push(next.is_some());
            last = next.or(last);
        }
        assert_eq!(asked, [true, true, false, false, true, true, true, false]);
    }
}
