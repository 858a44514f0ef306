//! Starting a program: everything is prepared here, then a child that shares our memory sets itself up
//! and becomes the program while we are suspended (as `vfork(2)` does).
//!
//! Sharing memory makes a start as fast as `posix_spawn`, which cannot set limits, and lets the child
//! report an error by writing to our memory, without a pipe.

#![expect(unsafe_code, reason = "a child that shares our memory needs clone and raw system calls")]

use std::{
    cell::Cell,
    ffi::{CString, NulError, c_char, c_int, c_void},
    mem::MaybeUninit,
    os::fd::{AsRawFd, BorrowedFd},
    ptr,
};

use guest::StartStep;
use rustix::io::Errno;

use crate::fence;

/// Where programs are looked for when their environment has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Enough for the child's few frames and glibc's wrappers, which keep no large buffers.
const STACK_BYTES: usize = 64 * 1024;

/// A program ready to be started. Building it is all that allocates.
#[derive(Debug)]
pub(crate) struct Image {
    candidates: Vec<CString>,
    argv: Vec<CString>,
    env: Vec<CString>,
    cwd: CString,
    limits: Vec<(libc::__rlimit_resource_t, u64)>,
}

/// What the program gets as descriptors 0, 1 and 2; a standby gets two more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Streams<'a> {
    /// `None` is our own descriptor 0, which is `/dev/null`.
    Pipes {
        stdin: Option<BorrowedFd<'a>>,
        stdout: BorrowedFd<'a>,
        stderr: BorrowedFd<'a>,
    },
    Terminal(BorrowedFd<'a>),
    Standby {
        stdin: BorrowedFd<'a>,
        stdout: BorrowedFd<'a>,
        stderr: BorrowedFd<'a>,
        control: BorrowedFd<'a>,
        attachment: BorrowedFd<'a>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpawnError {
    pub(crate) step: StartStep,
    pub(crate) errno: Errno,
}

impl Image {
    /// Fails on NUL and on an empty `argv`.
    pub(crate) fn new(
        argv: &[String],
        env: &[(String, String)],
        cwd: &str,
        limits: Vec<(libc::__rlimit_resource_t, u64)>,
    ) -> Result<Self, SpawnError> {
        let program = argv.first().map_or("", String::as_str);
        Self::of_executable(program, argv, env, cwd, limits)
    }

    /// Like [`Self::new`], for a program whose first argument is not its name.
    pub(crate) fn of_executable(
        program: &str,
        argv: &[String],
        env: &[(String, String)],
        cwd: &str,
        limits: Vec<(libc::__rlimit_resource_t, u64)>,
    ) -> Result<Self, SpawnError> {
        let invalid = |_: NulError| SpawnError { step: StartStep::Arguments, errno: Errno::INVAL };
        if program.is_empty() {
            return Err(SpawnError { step: StartStep::Arguments, errno: Errno::NOENT });
        }
        let path = env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_str());
        Ok(Self {
            candidates: candidates(program, path.unwrap_or(DEFAULT_PATH)).map_err(invalid)?,
            argv: strings(argv.iter().cloned()).map_err(invalid)?,
            env: strings(env.iter().map(|(name, value)| format!("{name}={value}")))
                .map_err(invalid)?,
            cwd: CString::new(cwd).map_err(invalid)?,
            limits,
        })
    }
}

fn strings(all: impl Iterator<Item = String>) -> Result<Vec<CString>, NulError> {
    all.map(CString::new).collect()
}

fn candidates(program: &str, path: &str) -> Result<Vec<CString>, NulError> {
    if program.contains('/') {
        return Ok(vec![CString::new(program)?]);
    }
    strings(path.split(':').filter(|it| !it.is_empty()).map(|it| format!("{it}/{program}")))
}

/// Starts programs, one at a time, on a stack it keeps.
#[derive(Debug)]
pub(crate) struct Spawner {
    stack: Box<[MaybeUninit<u128>]>,
}

/// What the child reads, and where it leaves its error. Pointers stay valid because the parent is
/// suspended until the child has become the program or is gone.
struct ChildTask<'a> {
    image: &'a Image,
    argv: Vec<*const c_char>,
    env: Vec<*const c_char>,
    /// For the numbers from 0 on; -1 is nothing. Each is above 4, which is the last that is replaced, or
    /// our own 0.
    descriptors: [c_int; 5],
    terminal: bool,
    error: Cell<Option<SpawnError>>,
}

impl Spawner {
    pub(crate) fn new() -> Self {
        Self { stack: Box::new_uninit_slice(STACK_BYTES / size_of::<u128>()) }
    }

    /// Starts the program in a session of its own and returns its pid. A child that could not become the
    /// program has exited and must be reaped like any other.
    pub(crate) fn spawn(&mut self, image: &Image, streams: Streams<'_>) -> Result<i32, SpawnError> {
        let (descriptors, terminal) = match streams {
            Streams::Pipes { stdin, stdout, stderr } => {
                let stdin = stdin.map_or(0, |it| it.as_raw_fd());
                ([stdin, stdout.as_raw_fd(), stderr.as_raw_fd(), -1, -1], false)
            }
            Streams::Terminal(fd) => {
                let fd = fd.as_raw_fd();
                ([fd, fd, fd, -1, -1], true)
            }
            Streams::Standby { stdin, stdout, stderr, control, attachment } => {
                ([stdin, stdout, stderr, control, attachment].map(|it| it.as_raw_fd()), false)
            }
        };
        let task = ChildTask {
            image,
            argv: pointers(&image.argv),
            env: pointers(&image.env),
            descriptors,
            terminal,
            error: Cell::new(None),
        };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        let top = self.stack.as_mut_ptr_range().end;
        // SAFETY: CLONE_VFORK suspends us until the child has called execve or _exit, so `task` and the
        // stack outlive its use of them. The stack is ours alone (`&mut self`), grows down from `top`
        // and is aligned to 16 bytes. The child only makes system calls: with all signals blocked until
        // just before execve and every action at its default, no handler runs in it.
        let pid = unsafe {
            libc::clone(child, top.cast(), flags, (&raw const task).cast_mut().cast::<c_void>())
        };
        if pid < 0 {
            return Err(SpawnError { step: StartStep::Fork, errno: errno() });
        }
        task.error.get().map_or(Ok(pid), Err)
    }
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|it| it.as_ptr()).chain([ptr::null()]).collect()
}

extern "C" fn child(task: *mut c_void) -> c_int {
    // SAFETY: `spawn` passes a pointer to a ChildTask that lives until this process execs or exits.
    let task = unsafe { &*task.cast::<ChildTask<'_>>() };
    let error = become_program(task);
    task.error.set(Some(error));
    // SAFETY: _exit runs no destructors or handlers of the memory we share with the parent.
    unsafe { libc::_exit(127) }
}

/// Returns only if it failed.
fn become_program(task: &ChildTask<'_>) -> SpawnError {
    let failed = |step| SpawnError { step, errno: errno() };
    // SAFETY: setsid, dup2 and ioctl(TIOCSCTTY) take no pointers; the descriptors are open in the parent,
    // whose table was copied.
    unsafe {
        libc::setsid();
        for (target, source) in (0..).zip(task.descriptors) {
            if source >= 0 && source != target && libc::dup2(source, target) < 0 {
                return failed(StartStep::Prepare);
            }
        }
        if task.terminal && libc::ioctl(0, libc::TIOCSCTTY, 0) < 0 {
            return failed(StartStep::Prepare);
        }
    }
    for (resource, value) in &task.image.limits {
        let limit = libc::rlimit64 { rlim_cur: *value, rlim_max: *value };
        // SAFETY: the pointer is to an initialised rlimit64.
        if unsafe { libc::setrlimit64(*resource, &raw const limit) } < 0 {
            return failed(StartStep::Prepare);
        }
    }
    // SAFETY: the string ends with NUL.
    if unsafe { libc::chdir(task.image.cwd.as_ptr()) } < 0 {
        return failed(StartStep::WorkingDirectory);
    }
    fence::close();
    unblock_signals();
    SpawnError { step: StartStep::Execute, errno: execute(task) }
}

fn unblock_signals() {
    let mut none = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set that sigprocmask then reads.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
    }
}

/// As `execvp(3)`: a directory of `PATH` that lacks the program is passed over, and one that forbids it
/// is remembered.
fn execute(task: &ChildTask<'_>) -> Errno {
    let mut result = Errno::NOENT;
    for candidate in &task.image.candidates {
        // SAFETY: the path ends with NUL; argv and env are arrays of such strings that end with null.
        unsafe { libc::execve(candidate.as_ptr(), task.argv.as_ptr(), task.env.as_ptr()) };
        match errno() {
            Errno::NOENT | Errno::NOTDIR => {}
            Errno::ACCESS => result = Errno::ACCESS,
            other => return other,
        }
    }
    result
}

fn errno() -> Errno {
    // SAFETY: glibc's errno of this thread, which the child shares while we are suspended.
    Errno::from_raw_os_error(unsafe { *libc::__errno_location() })
}
