//! The pipes and the terminal between the guest and one program.

use std::{
    collections::VecDeque,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    rc::Rc,
};

use guest::{STDIN_WINDOW, Start, Stdin, TerminalSize};
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    pipe::{PipeFlags, fcntl_setpipe_size, pipe_with},
    pty::OpenptFlags,
    termios::Winsize,
};

use crate::spawn::Streams;

/// What a terminal takes for the end of its input (Ctrl-D).
const END_OF_FILE: u8 = 4;

/// Most a terminal can still hold after its last writer is dead: the kernel's flip buffers.
const TERMINAL_BUFFER: u64 = 64 * 1024;

/// Four chunks: a program that writes much need not wait for each to be taken.
const OUTPUT_PIPE: usize = 256 * 1024;

/// Where a program's output comes from.
#[derive(Debug)]
pub(crate) struct Output {
    fd: Rc<OwnedFd>,
    /// Once all writers are dead, how much there can still be. Somebody else who got hold of the other
    /// end must not keep the program from ending.
    rest: Option<u64>,
}

/// What reading gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Bytes(usize),
    NothingNow,
    End,
}

impl Output {
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        (*self.fd).as_fd()
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Read {
        match rustix::io::read(&*self.fd, buffer) {
            Ok(0) => Read::End,
            Ok(count) => {
                self.rest = self.rest.map(|it| it.saturating_sub(count as u64));
                Read::Bytes(count)
            }
            Err(Errno::AGAIN | Errno::INTR) if self.rest.is_some() => Read::End,
            Err(Errno::AGAIN | Errno::INTR) => Read::NothingNow,
            // A terminal without a program fails with EIO.
            Err(_) => Read::End,
        }
    }

    /// Bytes that can be read now.
    pub(crate) fn there(&self) -> u64 {
        rustix::io::ioctl_fionread(&*self.fd).unwrap_or(0)
    }

    /// How much to make room for: what is there now, or a page for what may come. Room costs page faults
    /// when it is used for the first time.
    pub(crate) fn waiting(&self) -> usize {
        const PAGE: usize = 4096;
        usize::try_from(self.there()).unwrap_or(usize::MAX).max(PAGE)
    }

    /// The writers are dead: what is there now is all there will be.
    pub(crate) fn seal(&mut self, terminal: bool) {
        self.rest = Some(if terminal { TERMINAL_BUFFER } else { self.there() });
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.rest == Some(0)
    }
}

/// Where a program's input goes, with what the program has not read yet.
#[derive(Debug)]
pub(crate) struct Input {
    fd: Rc<OwnedFd>,
    waiting: VecDeque<u8>,
    ends: bool,
}

/// What became of queued input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// This many bytes were taken.
    Bytes(u32),
    /// All was taken and the end passed on.
    Finished,
    /// Nobody reads.
    Broken,
}

/// The host sent more input than it was granted.
#[derive(Debug)]
pub(crate) struct Overrun;

impl Input {
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        (*self.fd).as_fd()
    }

    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Overrun> {
        if self.waiting.len() + bytes.len() > STDIN_WINDOW as usize {
            return Err(Overrun);
        }
        if !self.ends {
            self.waiting.extend(bytes);
        }
        Ok(())
    }

    pub(crate) fn end(&mut self, terminal: bool) {
        if terminal && !self.ends {
            self.waiting.push_back(END_OF_FILE);
        }
        self.ends = true;
    }

    pub(crate) fn write(&mut self) -> Written {
        let mut taken = 0;
        while !self.waiting.is_empty() {
            match rustix::io::write(&*self.fd, self.waiting.as_slices().0) {
                Ok(count) => {
                    self.waiting.drain(..count);
                    taken += count;
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return Written::Broken,
            }
        }
        if self.ends && self.waiting.is_empty() {
            return Written::Finished;
        }
        Written::Bytes(u32::try_from(taken).unwrap_or(u32::MAX))
    }
}

/// Both ends, before the program has its own.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) input: Option<Input>,
    pub(crate) stdout: Output,
    pub(crate) stderr: Option<Output>,
    theirs: Option<Theirs>,
}

#[derive(Debug)]
enum Theirs {
    Pipes { stdin: Option<OwnedFd>, stdout: OwnedFd, stderr: OwnedFd },
    Terminal(OwnedFd),
}

impl Ends {
    pub(crate) fn open(start: &Start) -> rustix::io::Result<Self> {
        match start.terminal {
            Some(size) => Self::terminal(size),
            None => Self::pipes(start.stdin),
        }
    }

    /// The same outputs for another program of the process, without an input.
    pub(crate) fn again(stdout: &Output, stderr: Option<&Output>) -> Self {
        let again = |it: &Output| Output { fd: Rc::clone(&it.fd), rest: None };
        Self { input: None, stdout: again(stdout), stderr: stderr.map(again), theirs: None }
    }

    /// Our ends of a program that has its own already.
    pub(crate) fn of_ours(
        stdin: OwnedFd,
        stdout: OwnedFd,
        stderr: OwnedFd,
    ) -> rustix::io::Result<Self> {
        for ours in [&stdin, &stdout, &stderr] {
            rustix::io::ioctl_fionbio(ours, true)?;
        }
        Ok(Self {
            input: Some(Input::new(Rc::new(stdin))),
            stdout: Output { fd: Rc::new(stdout), rest: None },
            stderr: Some(Output { fd: Rc::new(stderr), rest: None }),
            theirs: None,
        })
    }

    /// To be called once the program has its ends: ours must be the only ones left.
    pub(crate) fn release_theirs(&mut self) {
        self.theirs = None;
    }

    pub(crate) fn pipes(stdin: Stdin) -> rustix::io::Result<Self> {
        let (stdout, their_stdout) = pipe()?;
        let (stderr, their_stderr) = pipe()?;
        // A user's pipes together have a limit, above which they stay as they are.
        fcntl_setpipe_size(&stdout, OUTPUT_PIPE).ok();
        let (their_stdin, input) = match stdin {
            Stdin::Null => (None, None),
            Stdin::Pipe => {
                let (theirs, ours) = pipe_with(PipeFlags::CLOEXEC)?;
                (Some(theirs), Some(ours))
            }
        };
        for ours in [Some(&stdout), Some(&stderr), input.as_ref()].into_iter().flatten() {
            rustix::io::ioctl_fionbio(ours, true)?;
        }
        Ok(Self {
            input: input.map(|fd| Input::new(Rc::new(fd))),
            stdout: Output { fd: Rc::new(stdout), rest: None },
            stderr: Some(Output { fd: Rc::new(stderr), rest: None }),
            theirs: Some(Theirs::Pipes {
                stdin: their_stdin,
                stdout: their_stdout,
                stderr: their_stderr,
            }),
        })
    }

    fn terminal(size: TerminalSize) -> rustix::io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = rustix::pty::openpt(flags)?;
        rustix::pty::unlockpt(&ours)?;
        let theirs = match rustix::pty::ioctl_tiocgptpeer(&ours, flags) {
            // gVisor's kernel does not know the request; its name for the other side is as good.
            Err(Errno::NOTTY | Errno::INVAL) => {
                let name = rustix::pty::ptsname(&ours, Vec::new())?;
                let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
                rustix::fs::open(name, flags, Mode::empty())?
            }
            other => other?,
        };
        resize(&ours, size)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        let ours = Rc::new(ours);
        Ok(Self {
            input: Some(Input::new(Rc::clone(&ours))),
            stdout: Output { fd: ours, rest: None },
            stderr: None,
            theirs: Some(Theirs::Terminal(theirs)),
        })
    }

    /// `None` once they are released.
    pub(crate) fn theirs(&self) -> Option<Streams<'_>> {
        self.theirs.as_ref().map(|it| match it {
            Theirs::Pipes { stdin, stdout, stderr } => Streams::Pipes {
                stdin: stdin.as_ref().map(AsFd::as_fd),
                stdout: stdout.as_fd(),
                stderr: stderr.as_fd(),
            },
            Theirs::Terminal(fd) => Streams::Terminal(fd.as_fd()),
        })
    }
}

impl Input {
    /// A pipe, and the end to read from.
    pub(crate) fn open() -> rustix::io::Result<(Self, OwnedFd)> {
        let (theirs, ours) = pipe()?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        Ok((Self::new(Rc::new(ours)), theirs))
    }

    fn new(fd: Rc<OwnedFd>) -> Self {
        Self { fd, waiting: VecDeque::new(), ends: false }
    }
}

fn pipe() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    pipe_with(PipeFlags::CLOEXEC)
}

pub(crate) fn resize(terminal: impl AsFd, size: TerminalSize) -> rustix::io::Result<()> {
    let size = Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(terminal, size)
}
