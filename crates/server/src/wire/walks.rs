//! Walks over several blocks, and what is stale.

use std::collections::BTreeMap;

use document::{BlockId, Stale};
use engine::{Begun, WalkView};
use model::walk::State;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use super::executions::ExecutionBody;

/// Which blocks a walk goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalkSelection)]
pub(crate) enum SelectionBody {
    /// `block`, after those that it needs and that have not passed in the session since they last changed.
    Block,
    /// `block` and those after it.
    From,
    /// Those of the section that `block` stands in.
    Section,
    /// Every block, but those that are excluded from this.
    All,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NewWalk)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWalkBody {
    pub(crate) select: SelectionBody,
    /// Id of a block; needed unless all are selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) block: Option<String>,
    /// `content_hash` of the block as the caller sees it, where one block is selected. Another one is refused (409).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_hash: Option<String>,
    /// Whether somebody will answer what the blocks ask on standard input. If not, their input is empty.
    #[serde(default)]
    pub(crate) interactive: bool,
    /// Values of secret inputs, by name: kept in memory until the session ends, and nowhere else.
    #[serde(default, serialize_with = "names")]
    #[schema(write_only)]
    pub(crate) typed: BTreeMap<String, String>,
}

/// A request is remembered by a hash of it, in which no secret should be.
fn names<S: Serializer>(typed: &BTreeMap<String, String>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(typed.keys())
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalkState)]
pub(crate) enum WalkStateBody {
    Running,
    /// Every block ended as its author expects.
    Passed,
    /// One did not; those after it were not run.
    Failed,
    Stopped,
}

/// How far a walk over several blocks is.
#[derive(Serialize, ToSchema)]
#[schema(as = Walk)]
pub(crate) struct WalkBody {
    /// Counted from 1 within the session; 0 for a block that was run by itself.
    number: u64,
    state: WalkStateBody,
    done: usize,
    total: usize,
    /// The block that runs or is next; of a walk that is over, the one that ran last.
    block: Option<String>,
    /// Blocks that a walk that is over did not come to.
    not_run: Vec<String>,
}

impl From<WalkView> for WalkBody {
    fn from(view: WalkView) -> Self {
        let WalkView { number, state, done, total, block, not_run } = view;
        let state = match state {
            State::Running => WalkStateBody::Running,
            State::Passed => WalkStateBody::Passed,
            State::Failed => WalkStateBody::Failed,
            State::Stopped => WalkStateBody::Stopped,
        };
        Self { number, state, done, total, block, not_run }
    }
}

/// A walk that has begun, or one for the same that is under way.
#[derive(Serialize, ToSchema)]
#[schema(as = BegunWalk)]
pub(crate) struct BegunBody {
    walk: WalkBody,
    /// The blocks that run, in order.
    blocks: Vec<String>,
    /// Its first execution, or the one that runs the block already.
    execution: Option<ExecutionBody>,
    /// Somebody had asked for the same, and it is not over: nothing was added.
    under_way: bool,
}

impl From<Begun> for BegunBody {
    fn from(begun: Begun) -> Self {
        let Begun { walk, blocks, execution, is_under_way } = begun;
        let execution = execution.map(ExecutionBody::from);
        Self { walk: walk.into(), blocks, execution, under_way: is_under_way }
    }
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StaleReason)]
pub(crate) enum StaleReason {
    Edited,
    NeedStale,
    NeedRanAgain,
}

/// A block whose last output no longer follows from the runbook.
#[derive(Serialize, ToSchema)]
#[schema(as = StaleBlock)]
pub(crate) struct StaleBody {
    block: String,
    reason: StaleReason,
    /// The block that it needs and that is the reason.
    need: Option<String>,
}

impl From<(BlockId, Stale)> for StaleBody {
    fn from((block, why): (BlockId, Stale)) -> Self {
        let (reason, need) = match why {
            Stale::Edited => (StaleReason::Edited, None),
            Stale::NeedStale(need) => (StaleReason::NeedStale, Some(need)),
            Stale::NeedRanAgain(need) => (StaleReason::NeedRanAgain, Some(need)),
        };
        Self { block: block.to_string(), reason, need }
    }
}
