//! One program of a scripted guest.

use std::{collections::VecDeque, time::Duration};

use ::guest::{
    ExitStatus, Exited, FRAME_COST, GuestFrame, MAX_CHUNK, OnExcess, Payload, ProgramId, Start,
    Stdin,
};
use tokio::{sync::mpsc, time::Instant};

use super::Step;

const SIGKILL: i32 = 9;

/// What the host does to a program.
#[derive(Debug)]
pub(super) enum Cue {
    Stdin(Vec<u8>),
    StdinEof,
    Signal(i32),
    Kill,
    Grant(u32),
}

/// What a program does to the guest.
#[derive(Debug)]
pub(super) enum Line {
    Frame(GuestFrame),
    Vanish,
}

#[derive(Debug)]
pub(super) struct Player {
    program: ProgramId,
    cues: mpsc::UnboundedReceiver<Cue>,
    lines: mpsc::Sender<Line>,
    began: Instant,
    deadline: Option<Instant>,
    credit: u64,
    left: u64,
    on_excess: OnExcess,
    truncated: bool,
    stdin: VecDeque<u8>,
    stdin_ended: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Stdout,
    Stderr,
}

/// How a program ends.
#[derive(Clone, Copy, Debug)]
struct End {
    status: ExitStatus,
    timed_out: bool,
    out_of_memory: bool,
}

impl End {
    fn status(status: ExitStatus) -> Self {
        Self { status, timed_out: false, out_of_memory: false }
    }
}

impl Player {
    pub(super) fn new(
        start: &Start,
        cues: mpsc::UnboundedReceiver<Cue>,
        lines: mpsc::Sender<Line>,
    ) -> Self {
        let began = Instant::now();
        let timeout = start.timeout_ms.map(Duration::from_millis);
        Self {
            program: start.program,
            cues,
            lines,
            began,
            deadline: timeout.and_then(|it| began.checked_add(it)),
            credit: start.window.into(),
            left: start.output_limit,
            on_excess: start.on_excess,
            truncated: false,
            stdin: VecDeque::new(),
            stdin_ended: start.stdin == Stdin::Null && start.terminal.is_none(),
        }
    }

    pub(super) async fn play(mut self, steps: Vec<Step>) {
        let end = self.perform(steps).await.unwrap_or_else(|end| end);
        let wall = self.began.elapsed();
        let exited = GuestFrame::Exited(Exited {
            program: self.program,
            status: end.status,
            timed_out: end.timed_out,
            out_of_memory: end.out_of_memory,
            cpu_us: 0,
            wall_us: u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
            peak_memory_bytes: 0,
            cpu_exceeded: false,
        });
        self.say(Line::Frame(exited)).await;
    }

    /// `Err` is an end before the script's own.
    async fn perform(&mut self, steps: Vec<Step>) -> Result<End, End> {
        for step in steps {
            match step {
                Step::Stdout(bytes) => self.write(Stream::Stdout, &bytes).await?,
                Step::Stderr(bytes) => self.write(Stream::Stderr, &bytes).await?,
                Step::Echo => self.echo().await?,
                Step::ReadLine => self.read_line().await?,
                Step::Sleep(time) => self.sleep(time).await?,
                Step::Hang => loop {
                    self.listen().await?;
                },
                Step::Vanish => {
                    self.say(Line::Vanish).await;
                    return std::future::pending().await;
                }
                Step::Exit(code) => return Ok(End::status(ExitStatus::Code(code))),
                Step::Signal(signal) => return Ok(End::status(ExitStatus::Signal(signal))),
                Step::OutOfMemory => {
                    let status = ExitStatus::Signal(SIGKILL);
                    return Ok(End { status, timed_out: false, out_of_memory: true });
                }
                // The guest looks for it before there is a player.
                Step::FailToStart(_) => {}
            }
        }
        Ok(End::status(ExitStatus::Code(0)))
    }

    async fn say(&self, line: Line) {
        // A guest that has ended listens to nobody.
        self.lines.send(line).await.ok();
    }

    /// Waits for one cue and follows it.
    async fn listen(&mut self) -> Result<(), End> {
        let deadline = self.deadline;
        let over = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let cue = tokio::select! {
            cue = self.cues.recv() => cue,
            () = over => {
                let status = ExitStatus::Signal(SIGKILL);
                return Err(End { status, timed_out: true, out_of_memory: false });
            }
        };
        match cue {
            Some(Cue::Stdin(bytes)) => self.stdin.extend(bytes),
            Some(Cue::StdinEof) => self.stdin_ended = true,
            Some(Cue::Grant(bytes)) => self.credit += u64::from(bytes),
            Some(Cue::Signal(signal)) => return Err(End::status(ExitStatus::Signal(signal))),
            Some(Cue::Kill) | None => return Err(End::status(ExitStatus::Signal(SIGKILL))),
        }
        Ok(())
    }

    async fn write(&mut self, stream: Stream, mut bytes: &[u8]) -> Result<(), End> {
        while !bytes.is_empty() && !self.truncated {
            let room = self.credit.saturating_sub(u64::from(FRAME_COST));
            if room == 0 && self.left > 0 {
                self.listen().await?;
                continue;
            }
            let most = usize::try_from(room.min(self.left)).unwrap_or(usize::MAX).min(MAX_CHUNK);
            let (chunk, rest) = bytes.split_at(most.min(bytes.len()));
            if chunk.is_empty() {
                self.truncated = true;
                self.say(Line::Frame(GuestFrame::Truncated { program: self.program })).await;
                return match self.on_excess {
                    OnExcess::Drop => Ok(()),
                    OnExcess::Kill => Err(End::status(ExitStatus::Signal(SIGKILL))),
                };
            }
            self.credit -= chunk.len() as u64 + u64::from(FRAME_COST);
            self.left -= chunk.len() as u64;
            let (program, payload) = (self.program, Payload::from(chunk));
            self.say(Line::Frame(match stream {
                Stream::Stdout => GuestFrame::Stdout { program, bytes: payload },
                Stream::Stderr => GuestFrame::Stderr { program, bytes: payload },
            }))
            .await;
            bytes = rest;
        }
        Ok(())
    }

    async fn echo(&mut self) -> Result<(), End> {
        loop {
            let bytes: Vec<u8> = self.stdin.drain(..).collect();
            self.write(Stream::Stdout, &bytes).await?;
            if self.stdin.is_empty() {
                if self.stdin_ended {
                    return Ok(());
                }
                self.listen().await?;
            }
        }
    }

    async fn read_line(&mut self) -> Result<(), End> {
        loop {
            if let Some(end) = self.stdin.iter().position(|it| *it == b'\n') {
                self.stdin.drain(..=end);
                return Ok(());
            }
            if self.stdin_ended {
                return Ok(());
            }
            self.listen().await?;
        }
    }

    async fn sleep(&mut self, time: Duration) -> Result<(), End> {
        let until = Instant::now() + time;
        loop {
            let over = self.deadline.is_none_or(|it| it > until);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(until), if over => return Ok(()),
                result = self.listen() => result?,
            }
        }
    }
}
