//! One started program: its process tree, its streams, its limits.
//!
//! ```text
//!  Running ── main process ended ──▶ Ending ── tree dead ──▶ Draining ── streams at their end ──▶ Exited
//! ```
//! A kill, a time limit or too much output makes it `doomed`: its tree is being killed while it still
//! is `Running`.

use std::{
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use guest::{
    ExitStatus, Exited, FRAME_COST, GuestFrame, MAX_CHUNK, OnExcess, OutputStream, Payload,
    ProgramId, Start, TerminalSize,
};

use crate::{
    account,
    cpu::CpuBudget,
    kernel::Used,
    link::Link,
    standby::Standby,
    stream::{self, Ends, Input, Output, Overrun, Read, Written},
    tree::{Mark, Moment},
    turn::{Heard, Talk},
};

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) id: ProgramId,
    pub(crate) pid: i32,
    pub(crate) mark: Mark,
    phase: Phase,
    doom: Option<Doom>,
    terminal: bool,
    pub(crate) input: Option<Input>,
    pub(crate) stdout: Option<Output>,
    pub(crate) stderr: Option<Output>,
    allowance: Allowance,
    started: Instant,
    deadline: Option<Instant>,
    cpu: Option<CpuBudget>,
    /// The sandbox's count of processes killed for memory when this program started.
    pub(crate) memory_kills: u64,
    /// What its main process had used before it was this program.
    pub(crate) boot_cpu_us: u64,
    cpu_us: u64,
    peak_memory_bytes: u64,
    /// What it used was asked for before it was reaped.
    settled: bool,
    farewell: Farewell,
    /// The outputs of what lives on.
    lasting: Option<Ends>,
    pub(crate) turn: Option<Turn>,
}

/// What the end of its main process means, if nobody brought it about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Farewell {
    /// Its tree ends with it.
    Plain,
    /// So it does, and the process may say so before: it was a standby, whose stub knows when all is done
    /// that anybody can see.
    Said,
    /// What of its tree is left lives on.
    Lingering,
}

/// A kept standby while it runs a program.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) standby: Standby,
    talk: Talk,
    /// Time that it had used when it said that the program has ended, in microseconds; it waits for the next.
    ended_cpu_us: Option<u64>,
}

impl Turn {
    pub(crate) fn new(standby: Standby) -> Self {
        Self { standby, talk: Talk::new(Moment::now()), ended_cpu_us: None }
    }
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Running,
    Ending(Main),
    Draining(Main),
}

/// What lives on after a program.
#[derive(Debug)]
pub(crate) enum Remains {
    /// It ran within this one, which by then had used that many microseconds.
    Standby(Box<Standby>, u64),
    /// Descendants, perhaps, which have its mark.
    Lingering(ProgramId, Lingering),
}

/// What lives on after its program.
#[derive(Debug)]
pub(crate) struct Lingering {
    pub(crate) mark: Mark,
    /// Read so that nobody waits for room, or dies for want of a reader.
    pub(crate) stdout: Option<Output>,
    pub(crate) stderr: Option<Output>,
    /// It is being killed until nothing is left of it.
    pub(crate) is_dying: bool,
}

impl Lingering {
    fn new(mark: Mark, ends: Ends) -> Self {
        Self { mark, stdout: Some(ends.stdout), stderr: ends.stderr, is_dying: false }
    }

    /// Reads what nobody is interested in.
    pub(crate) fn ignore(&mut self, source: Source, buffer: &mut [u8]) {
        let output = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        };
        if output.as_mut().map(|it| it.read(buffer)) == Some(Read::End) {
            *output = None;
        }
    }
}

/// How the main process ended.
#[derive(Clone, Copy, Debug)]
struct Main {
    status: ExitStatus,
    wall: Duration,
}

/// Why the tree is killed before its main process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doom {
    Killed,
    TimedOut,
    CpuExceeded,
    Excess,
}

/// How much output may still be sent.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// What the host can take now.
    credit: u64,
    /// What the limit leaves.
    left: u64,
    on_excess: OnExcess,
    truncated: bool,
    /// The host may never grant again: what does not fit into the credit is dropped.
    abandoned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdout,
    Stderr,
}

impl From<Source> for OutputStream {
    fn from(source: Source) -> Self {
        match source {
            Source::Stdout => Self::Stdout,
            Source::Stderr => Self::Stderr,
        }
    }
}

impl Allowance {
    /// Bytes the next frame of output may hold.
    fn sendable(&self) -> u64 {
        self.credit.saturating_sub(u64::from(FRAME_COST))
    }

    /// Bytes that may be sent at once.
    fn most(&self) -> u64 {
        self.sendable().min(self.left)
    }

    /// So many bytes were sent in one frame.
    fn spend(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        let cost = count as u64 + u64::from(FRAME_COST);
        self.credit = self.credit.saturating_sub(cost);
    }

    /// Whether what is read now will not be sent.
    fn is_used_up(&self) -> bool {
        self.truncated || self.left == 0 || (self.abandoned && self.sendable() == 0)
    }
}

impl Program {
    pub(crate) fn new(start: &Start, pid: i32, mark: Mark, ends: Ends, now: Instant) -> Self {
        Self {
            id: start.program,
            pid,
            mark,
            phase: Phase::Running,
            doom: None,
            terminal: start.terminal.is_some(),
            input: ends.input,
            stdout: Some(ends.stdout),
            stderr: ends.stderr,
            allowance: Allowance {
                credit: u64::from(start.window),
                left: start.output_limit,
                on_excess: start.on_excess,
                truncated: false,
                abandoned: false,
            },
            started: now,
            deadline: start.timeout_ms.and_then(|it| now.checked_add(Duration::from_millis(it))),
            cpu: start.cpu_limit_us.map(|it| CpuBudget::new(it, now)),
            memory_kills: 0,
            boot_cpu_us: 0,
            cpu_us: 0,
            peak_memory_bytes: 0,
            settled: false,
            farewell: match start.lingers && start.terminal.is_none() {
                true => Farewell::Lingering,
                false => Farewell::Plain,
            },
            lasting: None,
            turn: None,
        }
    }

    /// The moment it must be dead, while that is still to be enforced.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match (self.phase, self.doom) {
            (Phase::Running, None) => self.deadline,
            _ => None,
        }
    }

    /// Notes that the time is over, and says whether this is news.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let over = self.deadline().is_some_and(|it| it <= now);
        if over {
            self.doom = Some(Doom::TimedOut);
        }
        over
    }

    /// The sandbox stood still for so long. One that was started since then stood still for less.
    pub(crate) fn postpone(&mut self, paused: Duration, now: Instant) {
        let paused = paused.min(now.saturating_duration_since(self.started));
        self.started += paused;
        self.deadline = self.deadline.and_then(|it| it.checked_add(paused));
    }

    /// When to look at the CPU time of its tree, while that is still limited.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        match (self.phase, self.doom) {
            (Phase::Running, None) => self.cpu.as_ref().map(CpuBudget::next_look),
            _ => None,
        }
    }

    /// Compares the CPU time of the living with what is left of the limit, and says whether it is over.
    pub(crate) fn charge(&mut self, living_us: u64, now: Instant) -> bool {
        let used = self.cpu_us.saturating_add(living_us).saturating_sub(self.boot_cpu_us);
        let over = self.cpu.as_mut().is_some_and(|it| it.charge(used, now));
        if over {
            self.doom.get_or_insert(Doom::CpuExceeded);
        }
        over
    }

    pub(crate) fn kill(&mut self) {
        // Whatever killed it first stays the reason.
        self.doom.get_or_insert(Doom::Killed);
        self.allowance.abandoned = true;
    }

    /// Since when a process of its tree was born for it, and not for an earlier program.
    pub(crate) fn since(&self) -> Option<Moment> {
        self.turn.as_ref().map(|it| it.talk.since)
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Whether its tree must be killed until nothing is left of it.
    pub(crate) fn is_dying(&self) -> bool {
        match self.phase {
            Phase::Running => self.doom.is_some(),
            Phase::Ending(_) => true,
            Phase::Draining(_) => false,
        }
    }

    /// Its main process has ended, but others of its tree may live.
    pub(crate) fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Ending(_))
    }

    /// It was a standby, and from now on is believed when it says that it has ended.
    pub(crate) fn believe(&mut self) {
        if self.farewell == Farewell::Plain {
            self.farewell = Farewell::Said;
        }
    }

    /// Whether its main process is believed when it says that it has ended.
    pub(crate) fn may_say_its_end(&self) -> bool {
        self.farewell == Farewell::Said && self.is_running() && self.doom.is_none()
    }

    /// Its main process says that it has ended with code 0, as it might by exiting.
    pub(crate) fn said_its_end(&mut self, now: Instant) {
        self.main_ended(ExitStatus::Code(0), now);
    }

    /// Takes the account of its only process, which is as good as dead.
    pub(crate) fn settle(&mut self, used: Used) {
        self.count(used);
        self.settled = true;
        self.tree_died();
    }

    /// Counts what a process of the tree has used.
    pub(crate) fn count(&mut self, used: Used) {
        if self.settled {
            return;
        }
        self.cpu_us = self.cpu_us.saturating_add(used.cpu_us);
        self.peak_memory_bytes = self.peak_memory_bytes.max(used.peak_memory_bytes);
    }

    pub(crate) fn main_ended(&mut self, status: ExitStatus, now: Instant) {
        self.phase = Phase::Ending(Main { status, wall: now - self.started });
        if self.farewell == Farewell::Lingering && self.doom.is_none() {
            let stdout = self.stdout.as_ref();
            self.lasting = stdout.map(|it| Ends::again(it, self.stderr.as_ref()));
            self.tree_died();
        }
    }

    /// The kept standby says that it has run the program.
    fn turn_ended(&mut self, code: i32) {
        // One that is being killed is not believed: it will not be there for the next.
        let Some(turn) = self.turn.as_mut().filter(|_| self.doom.is_none()) else { return };
        let cpu_us = account::cpu_us(self.pid);
        turn.ended_cpu_us = Some(cpu_us);
        self.main_ended(ExitStatus::Code(code), Instant::now());
        let peak_memory_bytes = account::peak_memory_bytes(self.pid);
        self.settle(Used { cpu_us, peak_memory_bytes });
    }

    /// What is left of it when its end was reported and no process of it was killed.
    pub(crate) fn remains(&mut self) -> Option<Remains> {
        if let Some(used_us) = self.turn.as_ref().and_then(|it| it.ended_cpu_us) {
            let standby = self.turn.take()?.standby;
            return Some(Remains::Standby(Box::new(standby), used_us));
        }
        let lasting = self.lasting.take();
        lasting.map(|ends| Remains::Lingering(self.id, Lingering::new(self.mark, ends)))
    }

    pub(crate) fn tree_died(&mut self) {
        if let Phase::Ending(main) = self.phase {
            self.phase = Phase::Draining(main);
            self.input = None;
            for output in [&mut self.stdout, &mut self.stderr].into_iter().flatten() {
                output.seal(self.terminal);
            }
        }
    }

    pub(crate) fn output(&mut self, source: Source) -> &mut Option<Output> {
        match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        }
    }

    /// Whether output may be read now: it can be sent, or will be dropped anyway.
    pub(crate) fn reads(&self, link: &Link) -> bool {
        self.allowance.is_used_up() || (self.allowance.sendable() > 0 && link.has_room())
    }

    pub(crate) fn grant(&mut self, bytes: u32) {
        self.allowance.credit = self.allowance.credit.saturating_add(u64::from(bytes));
    }

    /// Reads one chunk of output and sends it, or drops it once the limit is reached.
    pub(crate) fn pump(&mut self, source: Source, buffer: &mut [u8], link: &mut Link) -> Read {
        let read = if self.allowance.is_used_up() {
            self.drop_output(source, buffer, link)
        } else {
            self.send_output(source, link)
        };
        let exhausted = self.output(source).as_ref().is_some_and(Output::is_exhausted);
        if read == Read::End || (matches!(read, Read::Bytes(_)) && exhausted) {
            *self.output(source) = None;
        }
        read
    }

    /// The control of its kept standby, while something can be heard from there.
    pub(crate) fn control(&self) -> Option<&OwnedFd> {
        let turn = self.turn.as_ref().filter(|it| self.is_running() && !it.talk.is_closed())?;
        Some(turn.standby.control())
    }

    /// Listens to its kept standby. What it wrote before it spoke goes first.
    pub(crate) fn hear(&mut self, buffer: &mut [u8], link: &mut Link) {
        for source in [Source::Stdout, Source::Stderr] {
            let mut due = self.output(source).as_ref().map_or(0, Output::there);
            while due > 0 {
                if !self.reads(link) {
                    return;
                }
                match self.pump(source, buffer, link) {
                    Read::Bytes(count) => due = due.saturating_sub(count as u64),
                    Read::NothingNow | Read::End => break,
                }
            }
        }
        if !self.reads(link) {
            return;
        }
        let is_used_up = self.allowance.is_used_up();
        let most = if is_used_up { u64::MAX } else { self.allowance.most() };
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.len());
        let Some(Turn { standby, talk, .. }) = &mut self.turn else { return };
        match talk.hear(standby.control(), &mut buffer[..most]) {
            Heard::Part { count, last } if !is_used_up => {
                let bytes = Payload::from(&buffer[..count]);
                link.queue(&GuestFrame::Said { program: self.id, bytes, last });
                self.allowance.spend(count);
            }
            Heard::Part { .. } => self.truncate(link),
            Heard::End(code) => self.turn_ended(code),
            Heard::Head | Heard::NothingNow | Heard::Closed => {}
            Heard::Nonsense => self.kill(),
        }
    }

    fn send_output(&mut self, source: Source, link: &mut Link) -> Read {
        let most = usize::try_from(self.allowance.most()).unwrap_or(usize::MAX).min(MAX_CHUNK);
        let (id, stream) = (self.id, source.into());
        let Some(output) = self.output(source) else { return Read::End };
        let most = most.min(output.waiting());
        let sent = link.queue_output(stream, id, most, |place| match output.read(place) {
            Read::Bytes(count) => Ok(count),
            nothing @ (Read::NothingNow | Read::End) => Err(nothing),
        });
        match sent {
            Ok(count) => {
                self.allowance.spend(count);
                Read::Bytes(count)
            }
            Err(nothing) => nothing,
        }
    }

    fn drop_output(&mut self, source: Source, buffer: &mut [u8], link: &mut Link) -> Read {
        let Some(output) = self.output(source) else { return Read::End };
        let read = output.read(buffer);
        if matches!(read, Read::Bytes(_)) {
            self.truncate(link);
        }
        read
    }

    /// Something was dropped, which is told once.
    fn truncate(&mut self, link: &mut Link) {
        if !self.allowance.truncated {
            self.allowance.truncated = true;
            link.queue(&GuestFrame::Truncated { program: self.id });
            if self.allowance.on_excess == OnExcess::Kill {
                self.doom.get_or_insert(Doom::Excess);
            }
        }
    }

    /// Reads what is left after the tree died, as far as it can be sent, and says whether that was all.
    pub(crate) fn drain(&mut self, buffer: &mut [u8], link: &mut Link) -> bool {
        if !matches!(self.phase, Phase::Draining(_)) {
            return false;
        }
        for source in [Source::Stdout, Source::Stderr] {
            if self.output(source).as_ref().is_some_and(Output::is_exhausted) {
                *self.output(source) = None;
            }
            while self.output(source).is_some() && self.reads(link) {
                self.pump(source, buffer, link);
            }
        }
        self.stdout.is_none() && self.stderr.is_none()
    }

    pub(crate) fn write_input(&mut self, bytes: &[u8], link: &mut Link) -> Result<(), Overrun> {
        let Some(input) = &mut self.input else { return Ok(()) };
        input.push(bytes)?;
        self.pump_input(link);
        Ok(())
    }

    pub(crate) fn end_input(&mut self, link: &mut Link) {
        let terminal = self.terminal;
        if let Some(input) = &mut self.input {
            input.end(terminal);
            self.pump_input(link);
        }
    }

    pub(crate) fn pump_input(&mut self, link: &mut Link) {
        let Some(input) = &mut self.input else { return };
        match input.write() {
            Written::Bytes(0) => {}
            Written::Bytes(bytes) => {
                link.queue(&GuestFrame::StdinGrant { program: self.id, bytes });
            }
            Written::Finished => self.input = None,
            Written::Broken => self.close_input(link),
        }
    }

    pub(crate) fn close_input(&mut self, link: &mut Link) {
        if self.input.take().is_some() {
            link.queue(&GuestFrame::StdinClosed { program: self.id });
        }
    }

    pub(crate) fn resize(&self, size: TerminalSize) {
        if let Some(output) = self.stdout.as_ref().filter(|_| self.terminal) {
            // A terminal whose program has just closed it needs no size.
            stream::resize(output.fd(), size).ok();
        }
    }

    /// The report, once it is drained. `memory_kills` is the sandbox's count now.
    pub(crate) fn exited(&self, memory_kills: u64) -> Option<Exited> {
        let Phase::Draining(main) = self.phase else { return None };
        let by_kernel = matches!(main.status, ExitStatus::Signal(libc::SIGKILL | libc::SIGXCPU))
            && self.cpu.as_ref().is_some_and(|it| it.is_used_up(self.cpu_us));
        Some(Exited {
            program: self.id,
            status: main.status,
            timed_out: self.doom == Some(Doom::TimedOut),
            out_of_memory: main.status != ExitStatus::Code(0) && memory_kills > self.memory_kills,
            cpu_us: self.cpu_us.saturating_sub(self.boot_cpu_us),
            wall_us: u64::try_from(main.wall.as_micros()).unwrap_or(u64::MAX),
            peak_memory_bytes: self.peak_memory_bytes,
            cpu_exceeded: self.doom == Some(Doom::CpuExceeded)
                || (self.doom.is_none() && by_kernel),
        })
    }
}
