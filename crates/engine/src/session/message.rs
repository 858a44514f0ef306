//! What a session's task is told.

use bytes::Bytes;
use model::{execution::Execution, id::ExecutionId, session::EndReason};
use tokio::sync::oneshot;

use super::{
    Begun, Fed, Question, Run, Said, StartError, WalkOrder,
    reach::{self, Need},
};
use crate::{RunError, desk::PauseError};

pub(crate) enum Message {
    Run {
        run: Box<Run>,
        reply: oneshot::Sender<Result<Execution, StartError>>,
    },
    Walk {
        order: Box<WalkOrder>,
        reply: oneshot::Sender<Result<Begun, RunError>>,
    },
    /// End all walks, what they run and what waits.
    Stop,
    Cancel(ExecutionId),
    /// Bytes for what an execution reads, and whether they are the last.
    Input {
        execution: ExecutionId,
        bytes: Bytes,
        is_last: bool,
        reply: oneshot::Sender<Fed>,
    },
    /// Ask a kernel how a text might go on. Where nobody knows, the reply is dropped.
    Complete {
        question: Box<Question>,
        reply: oneshot::Sender<Option<Said>>,
    },
    /// End what runs, and the kernels.
    Restart,
    Reach {
        need: Need,
        reply: reach::Reply,
    },
    Pause(oneshot::Sender<Result<(), PauseError>>),
    Resume(oneshot::Sender<Result<(), PauseError>>),
    /// Somebody wants it to live longer.
    Extend(oneshot::Sender<()>),
    /// Something happens in it that is no message of its own.
    Active,
    End(EndReason),
}

impl Message {
    /// Whether nothing could be done for it while the session is paused.
    pub(super) fn needs_motion(&self) -> bool {
        match self {
            Self::Run { .. }
            | Self::Walk { .. }
            | Self::Stop
            | Self::Cancel(_)
            | Self::Input { .. }
            | Self::Restart => true,
            Self::Reach { .. }
            | Self::Pause(_)
            | Self::Resume(_)
            | Self::Extend(_)
            | Self::Active
            | Self::Complete { .. }
            | Self::End(_) => false,
        }
    }

    /// Whether a session that somebody sends it is not idle.
    pub(super) fn is_activity(&self) -> bool {
        !matches!(self, Self::Reach { need: Need::Look, .. })
    }
}
