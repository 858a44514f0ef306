//! Stopping and releasing the processes of one sandbox.
//!
//! ```text
//! Going ── stop ──▶ Stopping ── nothing moves ──▶ Stopped ── go on ──▶ Going
//! ```
//!
//! The kernel stops one process after another, so whoever wants to know when all have stopped asks
//! again. A control group does it unseen; without one it is SIGSTOP, after which a walk must meet
//! nobody who still runs.

use std::io;

use crate::{
    cgroup::{Group, Wish},
    family::{self, Stopped},
};

#[derive(Debug, Default)]
pub(crate) enum Pause {
    #[default]
    Going,
    ByGroup,
    BySignals(Stopped),
}

impl Pause {
    /// Begins to stop the sandbox; asked again, it goes on with that.
    pub(crate) fn begin(&mut self, group: &mut Group) -> io::Result<()> {
        match group.freeze(Wish::Frozen) {
            Some(asked) => {
                // Whatever was written may hold.
                *self = Self::ByGroup;
                asked
            }
            None if family::can_be_found() => {
                if matches!(self, Self::Going) {
                    *self = Self::BySignals(Stopped::default());
                }
                Ok(())
            }
            None => Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP)),
        }
    }

    /// Whether nothing moves any more.
    pub(crate) fn is_complete(&mut self, group: &Group, first: i32) -> io::Result<bool> {
        match self {
            Self::Going => Ok(false),
            Self::ByGroup => group.is_settled(Wish::Frozen),
            Self::BySignals(stopped) => Ok(stopped.stop(first)),
        }
    }

    /// Lets everything go on; does nothing where nothing was stopped.
    pub(crate) fn end(&mut self, group: &mut Group) -> io::Result<()> {
        match std::mem::take(self) {
            Self::Going => Ok(()),
            Self::ByGroup => group.freeze(Wish::Thawed).unwrap_or(Ok(())),
            Self::BySignals(stopped) => {
                stopped.go_on();
                Ok(())
            }
        }
    }
}
