//! The loop of the guest: one thread, one `poll`, nothing that blocks.

use std::{
    collections::BTreeMap,
    mem,
    os::fd::{AsFd, OwnedFd},
    time::{Duration, Instant},
};

use guest::{
    GuestFrame, HostFrame, MAX_CHUNK, Prepare, ProgramId, Rlimits, SourceFile, StandbyId, Start,
    StartStep, VERSION,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec},
    io::Errno,
};

use crate::{
    account, fence,
    files::Files,
    kernel::{self, Children},
    link::{Link, LinkError},
    memory::MemoryKills,
    network::{self, Network},
    program::{Lingering, Program, Remains, Source, Turn},
    signals::{self, Signal},
    spawn::{Image, SpawnError, Spawner},
    standby::{self, News, Speaks, Standby, Standbys},
    stream::Ends,
    tree::{self, Company, Found, Mark, Tree},
};

/// Programs at a time; each takes up to three descriptors.
const MAX_PROGRAMS: usize = 256;

/// First pause between two looks at a tree that does not die. Deaths are announced by SIGCHLD; the pause
/// is for a process that was born between looking and killing.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How long a host that keeps talking may delay the end of a program whose time is over.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// How long the host may be kept waiting for the remains of what has ended: freeing 100 MiB takes 10 ms.
const LAST_RITES: Duration = Duration::from_millis(100);

/// Children reaped before the link is looked at again.
const REAPED_AT_ONCE: usize = 1024;

#[derive(Debug)]
pub(crate) struct Supervisor {
    link: Link,
    signals: OwnedFd,
    files: Files,
    memory_kills: MemoryKills,
    network: Network,
    tree: Tree,
    spawner: Spawner,
    programs: BTreeMap<ProgramId, Program>,
    standbys: Standbys,
    /// Programs of which something may live on.
    lingering: BTreeMap<ProgramId, Lingering>,
    next_mark: Mark,
    buffer: Box<[u8]>,
    greeted: bool,
    /// Pause between two looks at a tree that does not die.
    pause: Duration,
    /// The sandbox is about to stand still, or did; the host will say for how long.
    is_paused: bool,
    /// When a time limit was found exceeded while the host had more to say.
    overdue_since: Option<Instant>,
    /// Since when a program whose end was told is dying. Nothing else of the host's is begun while it
    /// might be met.
    remains_since: Option<Instant>,
}

/// Why the guest ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The host asked for it, or is gone.
    Asked,
    /// The host broke the protocol.
    Protocol(String),
}

impl From<LinkError> for End {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Closed => Self::Asked,
            LinkError::Frame(error) => Self::Protocol(error.to_string()),
        }
    }
}

/// Whose descriptor is ready.
#[derive(Clone, Copy, Debug)]
enum Ready {
    Link,
    Signals,
    Input(ProgramId),
    Output(ProgramId, Source),
    Network(network::Token),
    Standby(StandbyId, Speaks),
    Control(ProgramId),
    Lingering(ProgramId, Source),
}

impl Supervisor {
    pub(crate) fn new(
        link: Link,
        signals: OwnedFd,
        files: Files,
        memory_kills: MemoryKills,
    ) -> Self {
        Self {
            link,
            signals,
            files,
            memory_kills,
            network: Network::default(),
            tree: Tree::new(),
            spawner: Spawner::new(),
            programs: BTreeMap::new(),
            standbys: Standbys::default(),
            lingering: BTreeMap::new(),
            next_mark: Mark::first(),
            buffer: vec![0; MAX_CHUNK].into(),
            greeted: false,
            pause: FIRST_PAUSE,
            is_paused: false,
            overdue_since: None,
            remains_since: None,
        }
    }

    /// Takes over the standby that was there before us.
    pub(crate) fn adopt(&mut self, standby: Standby) {
        // It has the first.
        self.next_mark = Mark::first().next();
        self.standbys.add(standby);
    }

    /// Serves the host until it asks for the end, is gone, or breaks the protocol. Nothing that was
    /// started is alive afterwards.
    pub(crate) fn run(mut self) -> Result<(), String> {
        let end = loop {
            if let Err(end) = self.turn() {
                break end;
            }
        };
        if let End::Protocol(message) = &end {
            self.link.queue(&GuestFrame::Error { message: message.clone() });
            // The host may be past listening.
            self.link.flush().ok();
        }
        self.kill_everything();
        match end {
            End::Asked => Ok(()),
            End::Protocol(message) => Err(message),
        }
    }

    fn turn(&mut self) -> Result<(), End> {
        self.link.flush()?;
        let mut heard = false;
        for (ready, events) in self.wait()? {
            match ready {
                Ready::Link => {
                    self.serve_link(events)?;
                    heard = events.contains(PollFlags::IN);
                }
                Ready::Signals => self.serve_signals()?,
                Ready::Input(id) => self.serve_input(id, events),
                Ready::Standby(id, speaks) => self.serve_standby(id, speaks),
                Ready::Control(id) => {
                    if let Some(program) = self.programs.get_mut(&id) {
                        program.hear(&mut self.buffer, &mut self.link);
                    }
                }
                Ready::Lingering(id, source) => {
                    if let Some(it) = self.lingering.get_mut(&id) {
                        it.ignore(source, &mut self.buffer);
                    }
                }
                Ready::Output(id, source) => {
                    if let Some(program) = self.programs.get_mut(&id)
                        && program.reads(&self.link)
                    {
                        program.pump(source, &mut self.buffer, &mut self.link);
                    }
                }
                Ready::Network(token) => {
                    self.network.serve(token, events, &mut self.buffer, &mut self.link);
                }
            }
        }
        self.expire(heard);
        if !self.is_paused {
            self.network.expire();
        }
        self.remains_since = self.remains_since.filter(|it| it.elapsed() < LAST_RITES);
        self.hunt();
        self.files.pump(&mut self.link);
        self.report_ended();
        Ok(())
    }

    /// What is ready, after waiting for it.
    fn wait(&self) -> Result<Vec<(Ready, PollFlags)>, End> {
        let mut who = Vec::with_capacity(2 + 3 * self.programs.len());
        let mut set = Vec::with_capacity(who.capacity());
        let mut add = |ready, fd, events| {
            who.push(ready);
            set.push(PollFd::from_borrowed_fd(fd, events));
        };
        // First, so that no number of a process that has ended is taken for one of a newcomer.
        add(Ready::Signals, self.signals.as_fd(), PollFlags::IN);
        let mut events = PollFlags::empty();
        events.set(PollFlags::IN, self.link.listens() && self.remains_since.is_none());
        let mut output = PollFlags::empty();
        output.set(PollFlags::OUT, self.link.has_unsent());
        match self.link.outbound() {
            None => events |= output,
            Some(outbound) => add(Ready::Link, outbound, output),
        }
        add(Ready::Link, self.link.inbound(), events);
        for (&id, program) in &self.programs {
            if let Some(input) = &program.input {
                let mut events = PollFlags::empty();
                events.set(PollFlags::OUT, input.has_waiting());
                add(Ready::Input(id), input.fd(), events);
            }
            // One that may not be read is left out: its hang-up would wake us again and again.
            if !program.reads(&self.link) {
                continue;
            }
            for (source, output) in
                [(Source::Stdout, &program.stdout), (Source::Stderr, &program.stderr)]
            {
                if let Some(output) = output {
                    add(Ready::Output(id, source), output.fd(), PollFlags::IN);
                }
            }
            if let Some(control) = program.control() {
                add(Ready::Control(id), control.as_fd(), PollFlags::IN);
            }
        }
        for (&id, it) in &self.lingering {
            for (source, output) in [(Source::Stdout, &it.stdout), (Source::Stderr, &it.stderr)] {
                if let Some(output) = output {
                    add(Ready::Lingering(id, source), output.fd(), PollFlags::IN);
                }
            }
        }
        self.network.watch(&self.link, |token, fd, events| add(Ready::Network(token), fd, events));
        for (id, speaks, fd) in
            self.greeted.then_some(&self.standbys).into_iter().flat_map(Standbys::descriptors)
        {
            add(Ready::Standby(id, speaks), fd, PollFlags::IN);
        }
        let timeout = self.timeout().map(|it| Timespec {
            tv_sec: i64::try_from(it.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: it.subsec_nanos().into(),
        });
        // An interrupted or failed poll leaves no events; the next turn asks again.
        if rustix::event::poll(&mut set, timeout.as_ref()) == Err(Errno::INVAL) {
            // Somebody took our descriptors away: RLIMIT_NOFILE is below what we have.
            return Err(End::Protocol("no descriptor may be waited for".to_owned()));
        }
        let events = set.iter().map(PollFd::revents);
        Ok(who.into_iter().zip(events).filter(|(_, events)| !events.is_empty()).collect())
    }

    fn timeout(&self) -> Option<Duration> {
        if self.files.has_work() && self.link.has_room() {
            return Some(Duration::ZERO);
        }
        let is_dying = self.programs.values().any(Program::is_dying)
            || self.lingering.values().any(|it| it.is_dying);
        let dying = is_dying.then_some(self.pause);
        let remains = self.remains_since.map(|it| LAST_RITES.saturating_sub(it.elapsed()));
        let dying = dying.into_iter().chain(remains).min();
        if self.is_paused {
            return dying;
        }
        let deadlines = self.programs.values().filter_map(Program::deadline);
        let looks = self.programs.values().filter_map(Program::next_look);
        let next = deadlines.chain(looks).chain(self.network.deadline()).min();
        let next = next.map(|it| it.saturating_duration_since(Instant::now()));
        dying.into_iter().chain(next).min()
    }

    fn serve_link(&mut self, events: PollFlags) -> Result<(), End> {
        // A pipe without a reader; a socket in this state has something to read, too.
        if events.contains(PollFlags::ERR) && !events.contains(PollFlags::IN) {
            return Err(End::Asked);
        }
        if events.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            self.link.receive()?;
            while let Some(frame) = self.link.next()? {
                self.serve(frame)?;
            }
        }
        Ok(())
    }

    fn serve(&mut self, frame: HostFrame) -> Result<(), End> {
        if !self.greeted {
            return self.greet(&frame);
        }
        let (files, link) = (&mut self.files, &mut self.link);
        match frame {
            HostFrame::Hello { .. } => return Err(End::Protocol("a second hello".to_owned())),
            HostFrame::Start(start) => return self.start(&start),
            HostFrame::Stdin { program, bytes } => {
                if let Some(it) = self.programs.get_mut(&program) {
                    it.write_input(&bytes.0, link)
                        .map_err(|_| End::Protocol("more input than granted".to_owned()))?;
                }
            }
            HostFrame::StdinEof { program } => {
                if let Some(it) = self.programs.get_mut(&program) {
                    it.end_input(link);
                }
            }
            HostFrame::Signal { program, signal } => self.signal(program, signal),
            HostFrame::Kill { program } => self.kill(program),
            HostFrame::Resize { program, size } => {
                if let Some(it) = self.programs.get(&program) {
                    it.resize(size);
                }
            }
            HostFrame::Grant { program, bytes } => {
                if let Some(it) = self.programs.get_mut(&program) {
                    it.grant(bytes);
                }
            }
            HostFrame::WriteFile { request, path, mode, bytes, last } => {
                files.write(request, (&path, mode), &bytes.0, last, link);
            }
            HostFrame::WriteMore { request, bytes, last } => {
                files.write_more(request, &bytes.0, last, link);
            }
            HostFrame::ReadFile { request, path, max_bytes } => {
                files.read(request, &path, max_bytes, None, link);
            }
            HostFrame::ListFiles { request, path } => files.list(request, &path, link),
            HostFrame::RemoveFile { request, path } => files.remove(request, &path, link),
            HostFrame::Cancel { request } => files.cancel(request),
            HostFrame::Shutdown => return Err(End::Asked),
            HostFrame::Pausing => self.is_paused = true,
            HostFrame::Resuming { paused_us } => self.go_on(Duration::from_micros(paused_us)),
            HostFrame::StreamFile { request, path, max_bytes, window } => {
                files.read(request, &path, max_bytes, Some(window), link);
            }
            HostFrame::ReadTree { request, path, max_bytes, window } => {
                files.read_tree(request, &path, max_bytes, window, link);
            }
            HostFrame::GrantChunks { request, bytes } => files.grant(request, bytes),
            HostFrame::WriteTree { request, path } => files.write_tree(request, &path, link),
            HostFrame::MakeDirectory { request, path } => {
                files.make_directory(request, &path, link)
            }
            HostFrame::Rename { request, from, to } => files.rename(request, &from, &to, link),
            HostFrame::RemoveTree { request, path } => files.remove_tree(request, &path, link),
            HostFrame::Network(order) => {
                self.network.obey(order, link).map_err(|it| End::Protocol(it.0.to_owned()))?
            }
            HostFrame::Prepare(prepare) => self.prepare(&prepare),
            HostFrame::Discard { standby } => self.discard(standby),
            HostFrame::StartWith { source, start } => return self.start_with(&source, &start),
        }
        Ok(())
    }

    fn greet(&mut self, frame: &HostFrame) -> Result<(), End> {
        let &HostFrame::Hello { version, nonce } = frame else {
            return Err(End::Protocol("no hello".to_owned()));
        };
        self.link.queue(&GuestFrame::Hello { version: VERSION, nonce });
        if version != VERSION {
            return Err(End::Protocol(format!("version {version} instead of {VERSION}")));
        }
        self.greeted = true;
        Ok(())
    }

    fn start(&mut self, start: &Start) -> Result<(), End> {
        if self.programs.contains_key(&start.program) {
            return Err(End::Protocol(format!("program {} started twice", start.program.0)));
        }
        let begun = match self.take_standby(start) {
            Some(program) => Ok(program),
            None => self.spawn(start),
        };
        match begun {
            Ok(program) => {
                let pid = u32::try_from(program.pid).unwrap_or(0);
                self.link.queue(&GuestFrame::Started { program: start.program, pid });
                self.programs.insert(start.program, program);
            }
            Err(SpawnError { step, errno }) => self.link.queue(&GuestFrame::StartFailed {
                program: start.program,
                errno: errno.raw_os_error(),
                step,
            }),
        }
        Ok(())
    }

    fn start_with(&mut self, source: &SourceFile, start: &Start) -> Result<(), End> {
        let SourceFile { request, path, mode, bytes } = source;
        let written = self.files.write_whole(*request, (path, *mode), &bytes.0, &mut self.link);
        let Err(errno) = written else { return self.start(start) };
        if let Some(standby) = start.standby {
            self.standbys.discard(standby);
        }
        let (program, errno) = (start.program, errno.raw_os_error());
        self.link.queue(&GuestFrame::StartFailed { program, errno, step: StartStep::Source });
        Ok(())
    }

    fn next_mark(&mut self) -> Mark {
        let mark = self.next_mark;
        self.next_mark = mark.next();
        mark
    }

    fn prepare(&mut self, prepare: &Prepare) {
        let standby = prepare.standby;
        if self.standbys.is_full() || self.standbys.contains(standby) {
            let reason = "too many standbys".to_owned();
            return self.link.queue(&GuestFrame::StandbyFailed { standby, reason });
        }
        let mark = self.next_mark();
        let limits = limits(prepare.rlimits, mark);
        match Standby::prepare(prepare, limits, mark, &mut self.spawner) {
            Ok(standby) => self.standbys.add(standby),
            Err(SpawnError { step, errno }) => {
                let reason = format!("{step:?} failed: {errno}");
                self.link.queue(&GuestFrame::StandbyFailed { standby, reason });
            }
        }
    }

    fn discard(&mut self, standby: StandbyId) {
        let runs = |it: &Program| it.turn.as_ref().is_some_and(|it| it.standby.id() == standby);
        match self.programs.iter().find(|(_, it)| runs(it)).map(|(&id, _)| id) {
            Some(id) => self.kill(id),
            None => self.standbys.discard(standby),
        }
    }

    fn serve_standby(&mut self, standby: StandbyId, speaks: Speaks) {
        match self.standbys.hear(standby, speaks) {
            News::Nothing => {}
            News::Ready => self.link.queue(&GuestFrame::StandbyReady { standby }),
            News::Failed(reason) => {
                self.link.queue(&GuestFrame::StandbyFailed { standby, reason });
            }
        }
    }

    /// The program of a standby that became it, or that runs it.
    fn take_standby(&mut self, start: &Start) -> Option<Program> {
        let memory_kills = self.memory_kills.count();
        let now = Instant::now();
        let (mut standby, boot_cpu_us) = self.standbys.take(start.standby?, start)?;
        let mut program = if standby.is_kept() {
            let ends = standby.lend();
            let mut program = Program::new(start, standby.pid, standby.mark, ends, now);
            program.turn = Some(Turn::new(standby));
            program
        } else {
            let Standby { pid, mark, ends, .. } = standby;
            let mut program = Program::new(start, pid, mark, ends, now);
            program.believe();
            program
        };
        program.memory_kills = memory_kills;
        program.boot_cpu_us = boot_cpu_us;
        Some(program)
    }

    fn spawn(&mut self, start: &Start) -> Result<Program, SpawnError> {
        if self.programs.len() >= MAX_PROGRAMS {
            return Err(SpawnError { step: StartStep::Fork, errno: Errno::AGAIN });
        }
        let mark = self.next_mark();
        let limits = limits(start.rlimits, mark);
        let image = Image::new(&start.argv, &start.env, &start.cwd, limits)?;
        let mut ends =
            Ends::open(start).map_err(|errno| SpawnError { step: StartStep::Streams, errno })?;
        let memory_kills = self.memory_kills.count();
        let now = Instant::now();
        let streams = ends.theirs().expect("ends that were just opened are not released");
        let pid = self.spawner.spawn(&image, streams)?;
        ends.release_theirs();
        let mut program = Program::new(start, pid, mark, ends, now);
        program.memory_kills = memory_kills;
        Ok(program)
    }

    fn signal(&mut self, id: ProgramId, signal: i32) {
        if let Some(program) = self.programs.get(&id)
            && (1..=64).contains(&signal)
        {
            let (mark, main) = (program.mark, program.pid);
            match program.since() {
                Some(since) => self.tree.signal_newer(signal, mark, main, since),
                None => drop(self.tree.signal_where(signal, |it| it == mark)),
            }
        }
    }

    fn kill(&mut self, id: ProgramId) {
        if let Some(program) = self.programs.get_mut(&id) {
            program.kill();
            self.pause = FIRST_PAUSE;
        } else if let Some(lingering) = self.lingering.get_mut(&id) {
            lingering.is_dying = true;
            self.pause = FIRST_PAUSE;
        }
    }

    fn serve_signals(&mut self) -> Result<(), End> {
        for signal in signals::read(&self.signals) {
            match signal {
                Signal::ChildEnded => self.reap(),
                Signal::SaidItsEnd(pid) => self.hear_of_end(pid),
                Signal::End => return Err(End::Asked),
                Signal::Meaningless => {}
            }
        }
        Ok(())
    }

    /// The main process of a program says that it has ended. It waits to be killed, so that what it used
    /// can still be asked for; if others live beside it, the program ends with the last of them.
    fn hear_of_end(&mut self, pid: i32) {
        let told = |it: &&mut Program| it.pid == pid && it.may_say_its_end();
        let Some(program) = self.programs.values_mut().find(told) else { return };
        self.pause = FIRST_PAUSE;
        let now = Instant::now();
        let used = match self.tree.company_of(pid) {
            Company::Never => account::used_alone(pid),
            Company::None => account::used(pid),
            Company::Some => None,
        };
        match used {
            None => program.said_its_end(now),
            Some(used) => {
                // Whatever was born since is its own. None of them will run any code of theirs.
                self.tree.signal_all(libc::SIGKILL);
                program.said_its_end(now);
                program.settle(used);
                self.remains_since = Some(now);
            }
        }
    }

    /// Waits for whatever has ended, and adds it to the account of its program.
    fn reap(&mut self) {
        self.pause = FIRST_PAUSE;
        for _ in 0..REAPED_AT_ONCE {
            let pid = match kernel::ended_child() {
                Children::Ended(pid) => pid,
                Children::Alive => return,
                Children::None => {
                    self.remains_since = None;
                    for program in self.programs.values_mut().filter(|it| it.is_ending()) {
                        program.tree_died();
                    }
                    return;
                }
            };
            let main = self.programs.values().find(|it| it.pid == pid && it.is_running());
            let is_main = main.is_some();
            // A zombie still has its limits, and loses them when it is reaped.
            let mark = main.map(|it| it.mark).or_else(|| Mark::of(pid));
            let Some(reaped) = kernel::reap(pid) else { return };
            if let Some(standby) = self.standbys.ended(pid) {
                let reason = format!("it ended with {:?}", reaped.status);
                self.link.queue(&GuestFrame::StandbyFailed { standby, reason });
            }
            let mut programs = self.programs.values_mut();
            if let Some(program) = programs.find(|it| Some(it.mark) == mark) {
                program.count(reaped.used);
                if is_main {
                    program.main_ended(reaped.status, Instant::now());
                }
            }
        }
    }

    fn serve_input(&mut self, id: ProgramId, events: PollFlags) {
        let Some(program) = self.programs.get_mut(&id) else { return };
        if events.contains(PollFlags::OUT) {
            program.pump_input(&mut self.link);
        } else {
            program.close_input(&mut self.link);
        }
    }

    fn go_on(&mut self, paused: Duration) {
        if mem::take(&mut self.is_paused) {
            let now = Instant::now();
            self.programs.values_mut().for_each(|it| it.postpone(paused, now));
        }
    }

    /// Dooms what has used up its time, if that was so before the link was looked at too. `heard` says
    /// that the host may have more to say: that we were paused, perhaps, which comes first.
    fn expire(&mut self, heard: bool) {
        let due = |it: &Program| it.deadline().into_iter().chain(it.next_look()).min();
        let Some(first) = self.programs.values().filter_map(due).min() else { return };
        let now = Instant::now();
        if self.is_paused || first > now {
            self.overdue_since = None;
            return;
        }
        let Some(overdue_since) = self.overdue_since else {
            // We may have been stopped since the link was looked at, anywhere in a turn, and its news
            // of that with it. The next turn comes at once.
            self.overdue_since = Some(now);
            return;
        };
        if heard && now < overdue_since + LAST_WORDS {
            return;
        }
        self.overdue_since = None;
        for program in self.programs.values_mut() {
            let mut over = program.expire(now);
            if program.next_look().is_some_and(|it| it <= now) {
                let mark = program.mark;
                over |= program.charge(self.tree.cpu_where(|it| it == mark), now);
            }
            if over {
                self.pause = FIRST_PAUSE;
            }
        }
    }

    /// Kills what is left of the programs that must die.
    fn hunt(&mut self) {
        let dying: Vec<ProgramId> =
            self.programs.values().filter(|it| it.is_dying()).map(|it| it.id).collect();
        let (tree, lingering) = (&self.tree, &mut self.lingering);
        let count = lingering.len();
        lingering.retain(|_, it| {
            !it.is_dying || tree.signal_where(libc::SIGKILL, |mark| mark == it.mark) == Found::Some
        });
        let is_hunting = count > lingering.len() || lingering.values().any(|it| it.is_dying);
        if is_hunting || !dying.is_empty() {
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
        if dying.is_empty() {
            return;
        }
        let is_all = dying.len() == self.programs.len()
            && self.standbys.is_empty()
            && self.lingering.is_empty();
        if is_all && self.tree.is_init() {
            self.tree.signal_all(libc::SIGKILL);
            return;
        }
        for id in dying {
            let Some(program) = self.programs.get(&id) else { continue };
            if program.is_running() {
                // Not reaped yet, so that the number is still its own.
                kernel::kill(program.pid, libc::SIGKILL);
            }
            let mark = program.mark;
            let programs = self.programs.values().map(|it| it.mark);
            let lingering = self.lingering.values().map(|it| it.mark);
            let others = programs.chain(self.standbys.marks()).chain(lingering);
            let others: Vec<Mark> = others.filter(|it| *it != mark).collect();
            // A process that lowered its limit has no program, and must not outlive the one that ends.
            let found = self.tree.signal_where(libc::SIGKILL, |it| !others.contains(&it));
            if found == Found::None
                && let Some(program) = self.programs.get_mut(&id)
            {
                program.tree_died();
            }
        }
    }

    fn report_ended(&mut self) {
        let (buffer, link) = (&mut self.buffer, &mut self.link);
        let (memory_kills, standbys) = (&self.memory_kills, &mut self.standbys);
        let lingering = &mut self.lingering;
        self.programs.retain(|_, program| {
            if !program.drain(buffer, link) {
                return true;
            }
            let Some(exited) = program.exited(memory_kills.count()) else { return true };
            match program.remains() {
                Some(Remains::Standby(standby, used_us)) => standbys.take_back(*standby, used_us),
                Some(Remains::Lingering(id, it)) => drop(lingering.insert(id, it)),
                None => {}
            }
            if let Some(turn) = &program.turn {
                let (standby, reason) = (turn.standby.id(), "it ended".to_owned());
                link.queue(&GuestFrame::StandbyFailed { standby, reason });
            }
            link.queue(&GuestFrame::Exited(exited));
            false
        });
    }

    fn kill_everything(&mut self) {
        self.programs = mem::take(&mut self.programs);
        self.programs.clear();
        self.standbys.clear();
        loop {
            match kernel::ended_child() {
                Children::None => return,
                Children::Ended(pid) => {
                    kernel::reap(pid);
                }
                Children::Alive => {
                    self.tree.signal_all(libc::SIGKILL);
                    // SIGCHLD ends the wait early.
                    let mut set = [PollFd::new(&self.signals, PollFlags::IN)];
                    let pause = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
                    rustix::event::poll(&mut set, Some(&pause)).ok();
                    rustix::io::read(&self.signals, &mut [0_u8; 1024]).ok();
                }
            }
        }
    }
}

fn limits(asked: Rlimits, mark: Mark) -> Vec<(libc::__rlimit_resource_t, u64)> {
    let ours = [(libc::RLIMIT_CORE, fence::core_limit()), (tree::marked(), mark.limit())];
    standby::asked(asked).chain(ours).collect()
}
