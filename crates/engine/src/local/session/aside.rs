//! What happens beside a document's scripts: programs that are no part of it.

use model::{
    event::{EventKind, Failure},
    limits::Limits,
};
use sandbox::{Program, Sandbox, StartError};

use super::{Inner, LocalSession, PATH};
use crate::{
    execution::{Ending, Input, Sink, drive, limit},
    kernels::Seat,
};

/// What a program printed on both streams.
#[derive(Debug, Default)]
struct Heard(Vec<u8>);

impl Sink for Heard {
    async fn append(&mut self, events: Vec<EventKind>) -> Result<(), Failure> {
        for event in events {
            match event {
                EventKind::Stdout(chunk) | EventKind::Stderr(chunk) => self.0.extend(chunk.bytes()),
                EventKind::Info { .. }
                | EventKind::Display { .. }
                | EventKind::Truncated { .. }
                | EventKind::Result { .. }
                | EventKind::Error { .. } => {}
            }
        }
        Ok(())
    }
}

impl LocalSession {
    /// Runs a program that is no part of the document, with the variables that the next script would find. Nothing of
    /// it is kept; what it printed is given back.
    ///
    /// # Errors
    ///
    /// When no sandbox can be had for it.
    pub async fn aside(
        &self,
        argv: Vec<String>,
        cwd: String,
        limits: &Limits,
    ) -> Result<(Ending, Vec<u8>), StartError> {
        let sandbox = self.0.sandbox().await?;
        Ok(self.0.aside(&sandbox, argv, cwd, limits).await)
    }
}

impl Inner {
    pub(super) async fn aside(
        &self,
        sandbox: &Sandbox,
        argv: Vec<String>,
        cwd: String,
        limits: &Limits,
    ) -> (Ending, Vec<u8>) {
        let mut env = self.state().carried.env.clone();
        env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
        let mut program = Program { env: env.into_iter().collect(), cwd, ..Program::new(argv) };
        limit(&mut program, limits);
        let (stop, mut heard) = (self.engine.0.shutdown.child_token(), Heard::default());
        let program = (program, Seat::Alone(None));
        let ending = drive(sandbox, program, Input::Empty, limits, &stop, &mut heard).await;
        (ending, heard.0)
    }
}
