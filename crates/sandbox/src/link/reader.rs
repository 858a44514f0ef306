//! Delivers what the guest says to whom it concerns.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use guest::{Decoder, Exited, FrameError, GuestFrame, ProgramId};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    Inbox, Shared,
    inbox::Violation,
    network,
    requests::{Failed, Mismatch},
};
use crate::{
    process::{Exit, ProcessEvent},
    standby::State,
};

/// A few chunks at a time; the kernel's socket buffer holds about as much.
const BUFFER: usize = 256 * 1024;

/// Of what a guest says about a failed standby, in characters.
const LONGEST_REASON: usize = 500;

/// Why the link is given up.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Broken(#[from] io::Error),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Violation(#[from] Violation),
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    #[error(transparent)]
    Stream(#[from] network::Violation),
    #[error("a second hello")]
    SecondHello,
    #[error("the guest complains: {message:?}")]
    Complaint { message: String },
}

/// Reads until the link ends or the guest breaks a rule, and ends everything that waits.
pub(super) async fn serve(
    link: impl AsyncRead + Unpin,
    decoder: Decoder<GuestFrame>,
    shared: Arc<Shared>,
) {
    let result = read(link, decoder, &shared).await;
    shared.close();
    if let Err(error) = result {
        tracing::warn!(%error, "link to a guest given up");
    }
}

async fn read(
    mut link: impl AsyncRead + Unpin,
    mut decoder: Decoder<GuestFrame>,
    shared: &Arc<Shared>,
) -> Result<(), Ended> {
    loop {
        while let Some(frame) = decoder.next()? {
            deliver(frame, shared)?;
        }
        let count = match link.read_buf(decoder.intake(BUFFER)).await {
            Ok(count) => count,
            // A guest that was killed leaves what was sent to it unread.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(error) => return Err(error.into()),
        };
        if count == 0 {
            return Ok(());
        }
    }
}

fn deliver(frame: GuestFrame, shared: &Arc<Shared>) -> Result<(), Ended> {
    // Frames about a program or request that nobody waits for any more are dropped.
    let to = |id: ProgramId, tell: &dyn Fn(&Inbox) -> Result<(), Violation>| {
        let inbox = shared.programs().get(&id).cloned();
        inbox.map_or(Ok(()), |it| tell(&it))
    };
    match frame {
        GuestFrame::Hello { .. } => return Err(Ended::SecondHello),
        GuestFrame::Error { message } => return Err(Ended::Complaint { message }),
        GuestFrame::Started { program, .. } => to(program, &|it| it.started(Ok(())))?,
        GuestFrame::StartFailed { program, errno, step } => {
            // Forgotten only after it was told: closing the link tells the rest that they are lost.
            to(program, &|it| it.started(Err((errno, step))))?;
            shared.forget(program);
        }
        GuestFrame::Stdout { program, bytes } => {
            let bytes = Bytes::from(bytes.0);
            to(program, &|it| it.output(ProcessEvent::Stdout(bytes.clone())))?;
        }
        GuestFrame::Stderr { program, bytes } => {
            let bytes = Bytes::from(bytes.0);
            to(program, &|it| it.output(ProcessEvent::Stderr(bytes.clone())))?;
        }
        GuestFrame::Said { program, bytes, last } => {
            let bytes = Bytes::from(bytes.0);
            to(program, &|it| it.output(ProcessEvent::Said(bytes.clone(), last)))?;
        }
        GuestFrame::Truncated { program } => to(program, &Inbox::truncated)?,
        GuestFrame::StdinGrant { program, bytes } => to(program, &|it| it.input_granted(bytes))?,
        GuestFrame::StdinClosed { program } => {
            to(program, &|it| {
                it.input_closed();
                Ok(())
            })?;
        }
        GuestFrame::Exited(exited) => {
            to(exited.program, &|it| it.ended(ProcessEvent::Exit(exit(&exited))))?;
            shared.forget(exited.program);
        }
        GuestFrame::FileDone { request } => shared.requests.done(request),
        GuestFrame::FileChunk { request, bytes } => shared.requests.content(request, bytes.0)?,
        GuestFrame::Files { request, entries } => shared.requests.entries(request, entries)?,
        GuestFrame::FileFailed { request, errno, what } => {
            shared.requests.failed(request, Failed { errno, what, entry: None });
        }
        GuestFrame::EntryFailed { request, entry, errno, what } => {
            let entry = Some(entry);
            shared.requests.failed(request, Failed { errno, what, entry });
        }
        GuestFrame::Network(report) => shared.streams.deliver(report, shared)?,
        GuestFrame::StandbyReady { standby } => shared.hear_of_standby(standby, State::Ready),
        GuestFrame::StandbyFailed { standby, reason } => {
            let reason = reason.chars().take(LONGEST_REASON).collect();
            shared.hear_of_standby(standby, State::Failed(reason));
        }
    }
    Ok(())
}

fn exit(exited: &Exited) -> Exit {
    Exit {
        status: exited.status,
        timed_out: exited.timed_out,
        cpu_exceeded: exited.cpu_exceeded,
        out_of_memory: exited.out_of_memory,
        cpu: Duration::from_micros(exited.cpu_us),
        wall: Duration::from_micros(exited.wall_us),
        peak_memory_bytes: exited.peak_memory_bytes,
    }
}
