//! What becomes of branches at the forge: looked at from time to time, and when the forge says that something happened.
//!
//! ```text
//!  time ─┐                              ┌─▶ merged, closed
//!        ├─▶ look at each open branch ──┼─▶ somebody pushed
//!  webhook ┘                            └─▶ its checks have ended: passed, or the first that failed with its log
//! ```

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use agent::session::{Branch, BranchId, BranchState, CiEnd, Fact, State};
use forge::{Check, CheckState, ForgeError, MayReach, PullRequestState};
use sandbox::egress::is_public;

use crate::{agents::Hub, ground::Host, view::Record};

/// Commits whose checks were told to have ended.
pub(crate) type Told = HashSet<(BranchId, String)>;

/// What a look has found, and the heads that the branches had then: what is known of others is newer.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) facts: Vec<Fact>,
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
pub(crate) async fn look(hub: Arc<Hub>, record: Record, state: Arc<State>, told: Told) -> Seen {
    let mut seen = Seen { facts: Vec::new(), heads: heads(&state) };
    let ground = match hub.ground(state.owner, record.repository).await {
        Ok(ground) => ground,
        Err(error) => {
            tracing::debug!(session = %record.id, %error, "branches were not looked at");
            return seen;
        }
    };
    let Some(host) = &ground.host else { return seen };
    for branch in watched(&state) {
        match look_at(host, branch, &told).await {
            Ok(fact) => seen.facts.extend(fact),
            Err(error) => {
                let branch = &branch.name;
                tracing::debug!(session = %record.id, branch, %error, "a branch was not looked at");
            }
        }
    }
    seen
}

async fn look_at(host: &Host, branch: &Branch, told: &Told) -> Result<Option<Fact>, ForgeError> {
    let Some(request) = &branch.request else { return Ok(None) };
    let id = branch.id;
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
    if told.contains(&(id, branch.head.clone())) {
        return Ok(None);
    }
    let checks = host.forge.checks(&host.path, &branch.head).await?;
    let end = end_of(host, &checks).await;
    Ok(end.map(|end| Fact::CiEnded { branch: id, head: branch.head.clone(), end }))
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
