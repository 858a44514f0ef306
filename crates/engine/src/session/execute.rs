//! One execution of a session, from its prepared program to its stored end.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use model::{event::Failure, execution::Outcome};
use sandbox::Sandbox;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::{
    ahead::{self, Ahead},
    execution::{Ending, Input, drive},
    files::FileError,
    kernels::Seat,
    live::StoreSink,
    secrets::{Mask, Masking},
};

/// Drives a program to its end; without an outcome where we failed.
pub(super) async fn execute(
    sandbox: Sandbox,
    run: Run,
    stop: CancellationToken,
    (mut sink, mask, seat, input): (StoreSink, Option<Mask>, Seat, Input),
    (seeded, ahead): (Result<(), Failure>, Option<Ahead>),
) -> Option<Outcome> {
    let ending = match prepare(&sandbox, &run, (seeded, ahead), &stop).await {
        Ok(mut program) => {
            run.given.add_to(&mut program);
            let mut masking = Masking::new(&mut sink, mask);
            let program = (program, seat);
            let ending = drive(&sandbox, program, input, &run.limits, &stop, &mut masking).await;
            match (ending, masking.finish().await) {
                (Ending::Outcome { .. }, Err(failure)) => Ending::Failure(failure),
                (ending, _) => ending,
            }
        }
        Err(failure) => Ending::Failure(failure),
    };
    sink.finish(&ending).await;
    match ending {
        Ending::Outcome { outcome, .. } => Some(outcome),
        Ending::Failure(_) => None,
    }
}

pub(super) fn pieces_of(pieces: mpsc::Receiver<Bytes>) -> impl Stream<Item = io::Result<Bytes>> {
    futures_util::stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|it| (Ok(it), pieces))
    })
}

async fn prepare(
    sandbox: &Sandbox,
    run: &Run,
    (seeded, ahead): (Result<(), Failure>, Option<Ahead>),
    stop: &CancellationToken,
) -> Result<sandbox::Program, Failure> {
    seeded?;
    let block = (run.program.clone(), &*run.document);
    let program = ahead::program(sandbox, block, &run.limits, ahead.as_ref(), stop).await;
    program.map_err(|it| it.failure())
}

pub(super) fn unwritten(error: &FileError) -> Failure {
    Failure { error: "file_not_written".to_owned(), message: error.to_string() }
}
