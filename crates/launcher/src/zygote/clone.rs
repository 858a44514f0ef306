//! What a zygote does for each clone, in machine code: a process in the middle of Python that followed
//! the plan by Python's means would copy hundreds of pages of its interpreter, twice.
//!
//! ```text
//! zygote ── clone3, new namespaces ──▶ first process ── clone, same memory ──▶ interpreter standing by
//!                                            └── exec ──▶ guest
//! ```
//!
//! Before that, the zygote enters a network for the clone, one that it made or one that it kept in which
//! nobody used a socket; it stays in its own otherwise.
//!
//! The first process and the interpreter share their memory for a moment: the one leaves it by exec
//! without touching it again, the other keeps it. So memory is copied once for both.
//!
//! This is a crate root of its own, which the build script compiles into a shared object without
//! dependencies. Python loads it; the few functions it lacks are there, because Python needs them too.

#![no_std]

use core::{
    arch::asm,
    ffi::{c_char, c_int, c_long, c_void},
    ptr,
};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn __errno_location() -> *mut c_int;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    exit()
}

/// A step of the plan, as `clone.py` writes it.
#[repr(C)]
pub struct Step {
    call: c_long,
    /// Where the result goes.
    keep: u64,
    name: *const u8,
    name_length: usize,
    arguments: [c_long; 6],
    /// What each argument is: its lowest byte is one of the kinds below.
    kinds: [u64; 6],
}

const KEPT: u64 = 1;
/// An address; the second byte says whose result is to be put there, the others how far behind it.
const ADDRESS_OF_KEPT: u64 = 2;
const VARIABLE: u64 = 3;

/// What the kernel is asked for. Numbers that differ are those of the architecture.
mod number {
    use super::c_long;

    pub(crate) const CLONE3: c_long = 435;
    pub(crate) const CLOSE_RANGE: c_long = 436;
    #[cfg(target_arch = "x86_64")]
    mod own {
        use super::c_long;
        pub(crate) const READ: c_long = 0;
        pub(crate) const WRITE: c_long = 1;
        pub(crate) const CLOSE: c_long = 3;
        pub(crate) const RT_SIGACTION: c_long = 13;
        pub(crate) const PREAD64: c_long = 17;
        pub(crate) const SENDMSG: c_long = 46;
        pub(crate) const RECVMSG: c_long = 47;
        pub(crate) const SOCKETPAIR: c_long = 53;
        pub(crate) const KILL: c_long = 62;
        pub(crate) const FCNTL: c_long = 72;
        pub(crate) const SETSID: c_long = 112;
        pub(crate) const EXIT_GROUP: c_long = 231;
        pub(crate) const OPENAT: c_long = 257;
        pub(crate) const UNSHARE: c_long = 272;
        pub(crate) const SETNS: c_long = 308;
        pub(crate) const DUP3: c_long = 292;
        pub(crate) const PIPE2: c_long = 293;
    }
    #[cfg(target_arch = "aarch64")]
    mod own {
        use super::c_long;
        pub(crate) const UNSHARE: c_long = 97;
        pub(crate) const SETNS: c_long = 268;
        pub(crate) const DUP3: c_long = 24;
        pub(crate) const FCNTL: c_long = 25;
        pub(crate) const OPENAT: c_long = 56;
        pub(crate) const CLOSE: c_long = 57;
        pub(crate) const PIPE2: c_long = 59;
        pub(crate) const READ: c_long = 63;
        pub(crate) const WRITE: c_long = 64;
        pub(crate) const PREAD64: c_long = 67;
        pub(crate) const EXIT_GROUP: c_long = 94;
        pub(crate) const KILL: c_long = 129;
        pub(crate) const RT_SIGACTION: c_long = 134;
        pub(crate) const SETSID: c_long = 157;
        pub(crate) const SOCKETPAIR: c_long = 199;
        pub(crate) const SENDMSG: c_long = 211;
        pub(crate) const RECVMSG: c_long = 212;
    }
    pub(crate) use own::*;
}

const CLOSE_ON_EXEC: c_long = 0o2_000_000;
const SIGCHLD: c_long = 17;
const SIGKILL: c_long = 9;

/// The socket to the launcher; later, in the interpreter, its end of the guest's control.
const LAUNCHER: c_long = 3;
const CONTROL: c_long = 3;
/// Where the zygote finds the guest.
const GUEST: c_long = 5;
/// What the guest is told by its arguments.
const LINK: c_long = 4;
const EVENTS: c_long = 5;
const STREAMS: c_long = 6;
const OURS: c_long = 9;
/// Above all numbers that matter.
const ASIDE: c_long = 100;

/// An order of the launcher begins with this, in the machine's own order of bytes; then come, each with
/// a NUL behind it, the line for `uid_map` and the options of the workspace.
#[repr(C)]
struct Order {
    number: u64,
    namespaces: u64,
    /// 1: groups must be denied; 2: there is a descriptor of memory events.
    flags: u64,
    /// Which of the networks that are kept, or a number that is above them.
    network: u64,
    processes: [u64; 2],
    data: [u64; 2],
}

const DENIES_GROUPS: u64 = 1;
const HAS_EVENTS: u64 = 2;

const MOST: usize = 64;

/// Filled anew with each order. One thread alone runs here.
static mut PACKET: [u64; 512] = [0; 512];

struct Failed {
    step: *const u8,
    length: usize,
    errno: c_int,
}

type Outcome<T> = Result<T, Failed>;

fn call(number: c_long, arguments: [c_long; 6]) -> c_long {
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: whoever calls this says what the kernel reads and writes.
    unsafe { syscall(number, a, b, c, d, e, f) }
}

fn ask<const N: usize>(number: c_long, arguments: [c_long; N]) -> c_long {
    let mut six = [0; 6];
    let mut at = 0;
    while at < N {
        six[at] = arguments[at];
        at += 1;
    }
    call(number, six)
}

fn failed(step: &'static [u8]) -> Failed {
    // SAFETY: libc's errno of this thread.
    Failed { step: step.as_ptr(), length: step.len(), errno: unsafe { *__errno_location() } }
}

fn checked(result: c_long, step: &'static [u8]) -> Outcome<c_long> {
    if result < 0 { Err(failed(step)) } else { Ok(result) }
}

fn exit() -> ! {
    loop {
        ask(number::EXIT_GROUP, [1]);
    }
}

fn address<T>(value: *const T) -> c_long {
    value as c_long
}

fn close(descriptor: c_long) {
    ask(number::CLOSE, [descriptor]);
}

fn write(descriptor: c_long, bytes: *const u8, length: usize) -> c_long {
    ask(number::WRITE, [descriptor, address(bytes), length as c_long])
}

/// Serves the launcher for ever. Returns in each clone, with the steps of an interpreter done and its
/// descriptors in place.
///
/// # Safety
///
/// The steps are `network + first + last` in number, and what they refer to lives as long as the process;
/// no other thread runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serve(steps: *const Step, network: usize, first: usize, last: usize) {
    let (of_network, steps) = ((steps, network), steps.wrapping_add(network));
    // The kernel reaps what has ended. Python, which would remember it, is not told.
    let ignore: [usize; 4] = [1, 0, 0, 0];
    ask(number::RT_SIGACTION, [SIGCHLD, address(&raw const ignore), 0, 8]);
    let own_network = open(NETWORK);
    loop {
        let mut descriptors = [-1; MOST];
        let (length, count) = receive(&mut descriptors);
        if length <= 0 {
            exit();
        }
        // SAFETY: the launcher wrote an order there, and nobody changes it until the next one.
        let order = unsafe { &*(&raw const PACKET).cast::<Order>() };
        // SAFETY: the caller says so.
        let entered = unsafe { enter_network(order, of_network) };
        let cloned = entered.and_then(|()| clone(order));
        if !matches!(cloned, Ok(Some(_))) && ask(number::SETNS, [own_network, NEW_NETWORK]) < 0 {
            exit();
        }
        match cloned {
            Ok(Some(gate)) => {
                let steps = (steps, first, last);
                // SAFETY: the caller says so.
                unsafe { be_first(steps, order, &descriptors[..count], gate) };
                return;
            }
            Ok(None) => {}
            Err(failed) => answer(order, Err(failed)),
        }
        for descriptor in &descriptors[..count] {
            close(*descriptor);
        }
    }
}

const NETWORK: &core::ffi::CStr = c"/proc/self/ns/net";
/// `CLONE_NEWNET`
const NEW_NETWORK: c_long = 0x4000_0000;

/// What the kernel counts and lists of a network, in which every use of it leaves a trace: packets are
/// counted, whether they got anywhere or not, what outlives its socket is listed, and whoever has a socket
/// is counted too. Of the last nothing but its first line, because the others tell of the whole machine.
const TRACES: [&core::ffi::CStr; 5] = [
    c"/proc/self/net/dev",
    c"/proc/self/net/snmp",
    c"/proc/self/net/snmp6",
    c"/proc/self/net/ip6_flowlabel",
    c"/proc/self/net/sockstat",
];
const ROOM_FOR_TRACES: usize = 16 * 1024;

/// A network that is kept: the namespace, and its traces where there are such.
#[derive(Clone, Copy)]
struct Network {
    namespace: c_long,
    traces: [c_long; TRACES.len()],
}

const NONE: Network = Network { namespace: -1, traces: [-1; TRACES.len()] };

/// Those that are kept; one thread alone runs here.
static mut NETWORKS: [Network; 32] = [NONE; 32];
/// The traces in the first of them when it was new, and how long they are.
static mut UNUSED: ([u8; ROOM_FOR_TRACES], usize) = ([0; ROOM_FOR_TRACES], 0);
static mut FOUND: [u8; ROOM_FOR_TRACES] = [0; ROOM_FOR_TRACES];

/// Enters the network that an order names, made anew if there is none or if somebody used it.
unsafe fn enter_network(order: &Order, (steps, count): (*const Step, usize)) -> Outcome<()> {
    // SAFETY: no other references to them are made.
    let (networks, unused, found) =
        unsafe { (&mut *(&raw mut NETWORKS), &mut *(&raw mut UNUSED), &mut *(&raw mut FOUND)) };
    let kept = networks.get_mut(order.network as usize);
    if let Some(kept) = &kept
        && kept.namespace >= 0
    {
        checked(ask(number::SETNS, [kept.namespace, NEW_NETWORK]), b"enter a network")?;
        let length = kept.look_for_traces(found);
        if length > 0 && length == unused.1 && found.get(..length) == unused.0.get(..length) {
            return Ok(());
        }
    }
    checked(ask(number::UNSHARE, [NEW_NETWORK]), b"make a network")?;
    // SAFETY: the caller says so.
    unsafe { carry_out(steps, count, order) }?;
    if let Some(kept) = kept {
        kept.forget();
        *kept = Network::current()?;
        if unused.1 == 0 {
            unused.1 = kept.look_for_traces(&mut unused.0);
        }
    }
    Ok(())
}

impl Network {
    fn current() -> Outcome<Self> {
        let namespace = checked(open(NETWORK), b"keep a network")?;
        Ok(Self { namespace, traces: TRACES.map(open) })
    }

    fn forget(&self) {
        self.traces.into_iter().chain([self.namespace]).filter(|it| *it >= 0).for_each(close);
    }

    /// Reads all traces, and says how much that was; zero if it is more than expected. A kernel without
    /// such a trace has no such use.
    fn look_for_traces(&self, found: &mut [u8]) -> usize {
        let mut end = 0;
        for (number, file) in self.traces.iter().enumerate().filter(|it| *it.1 >= 0) {
            let begin = end;
            while let Some(room) = found.get_mut(end..) {
                let offset = (end - begin) as c_long;
                let length = room.len() as c_long;
                let read = ask(number::PREAD64, [*file, address(room.as_mut_ptr()), length, offset]);
                let read = room.get(..read.max(0) as usize).unwrap_or(&[]);
                let is_last = number == TRACES.len() - 1;
                let line = read.iter().position(|it| *it == b'\n').filter(|_| is_last);
                end += line.unwrap_or(read.len());
                if read.is_empty() || line.is_some() {
                    break;
                }
            }
        }
        if end < found.len() { end } else { 0 }
    }
}

/// Opens a file above the numbers that matter in clones.
fn open(path: &core::ffi::CStr) -> c_long {
    let file = ask(number::OPENAT, [-100, address(path.as_ptr()), CLOSE_ON_EXEC]);
    if file < 0 {
        return -1;
    }
    let kept = aside(file);
    close(file);
    kept
}

#[repr(C)]
struct Part {
    base: *mut c_void,
    length: usize,
}

#[repr(C)]
struct Message {
    name: usize,
    name_length: u32,
    parts: *mut Part,
    count: usize,
    control: *mut c_void,
    control_length: usize,
    flags: c_int,
}

/// `struct cmsghdr` and the descriptors behind it.
#[repr(C)]
struct Rights {
    length: usize,
    /// `SOL_SOCKET`
    level: c_int,
    /// `SCM_RIGHTS`
    kind: c_int,
    descriptors: [c_int; MOST],
}

const RIGHTS_HEAD: usize = 16;

/// Length of the packet, and how many descriptors came with it.
fn receive(descriptors: &mut [c_long; MOST]) -> (c_long, usize) {
    let mut rights = Rights { length: 0, level: 0, kind: 0, descriptors: [0; MOST] };
    // The last word stays zero, so that texts end.
    let mut part = Part { base: (&raw mut PACKET).cast(), length: 511 * 8 };
    let mut message = Message {
        name: 0,
        name_length: 0,
        parts: &raw mut part,
        count: 1,
        control: (&raw mut rights).cast(),
        control_length: size_of::<Rights>(),
        flags: 0,
    };
    // MSG_CMSG_CLOEXEC
    let length = ask(number::RECVMSG, [LAUNCHER, address(&raw mut message), 0x4000_0000]);
    if length <= 0 || message.control_length < RIGHTS_HEAD {
        return (length, 0);
    }
    let count = (rights.length.saturating_sub(RIGHTS_HEAD) / 4).min(MOST);
    let mut at = 0;
    while at < count {
        descriptors[at] = rights.descriptors[at].into();
        at += 1;
    }
    (length, count)
}

/// What to read before anything else is done; `None` in the zygote.
fn clone(order: &Order) -> Outcome<Option<c_long>> {
    let mut gate: [c_int; 2] = [-1; 2];
    checked(ask(number::PIPE2, [address(&raw mut gate), CLOSE_ON_EXEC]), b"make a pipe")?;
    let [gate, opens] = gate.map(c_long::from);
    let mut pidfd: c_int = -1;
    let mut arguments = [0_u64; 11];
    arguments[0] = order.namespaces;
    arguments[1] = (&raw mut pidfd) as u64;
    arguments[4] = SIGCHLD as u64;
    let child = ask(number::CLONE3, [address(&raw const arguments), 88]);
    if child == 0 {
        return Ok(Some(gate));
    }
    let result = checked(child, b"start a process in new namespaces").and_then(|_| {
        let mapped = map_users(child, order);
        if mapped.is_ok() {
            write(opens, b"m".as_ptr(), 1);
            answer(order, Ok(pidfd));
        } else {
            ask(number::KILL, [child, SIGKILL]);
        }
        close(pidfd.into());
        mapped
    });
    close(gate);
    close(opens);
    result.map(|()| None)
}

fn texts(order: &Order) -> (*const u8, *const u8) {
    let users = (&raw const *order).wrapping_add(1).cast::<u8>();
    (users, users.wrapping_add(length(users) + 1))
}

fn length(text: *const u8) -> usize {
    let mut length = 0;
    // SAFETY: the packet ends with zeroes.
    while unsafe { *text.wrapping_add(length) } != 0 {
        length += 1;
    }
    length
}

fn map_users(child: c_long, order: &Order) -> Outcome<()> {
    let users = texts(order).0;
    let write_to = |file: &[u8], text: *const u8, size: usize| {
        let mut path = [0_u8; 64];
        let mut end = 0;
        put(&mut path, &mut end, b"/proc/");
        put_number(&mut path, &mut end, child as u64);
        put(&mut path, &mut end, file);
        // AT_FDCWD, O_WRONLY
        let file = ask(number::OPENAT, [-100, address(path.as_ptr()), 1 | CLOSE_ON_EXEC]);
        let file = checked(file, b"map the user")?;
        let written = checked(write(file, text, size), b"map the user");
        close(file);
        written.map(drop)
    };
    if order.flags & DENIES_GROUPS != 0 {
        write_to(b"/setgroups", b"deny".as_ptr(), 4)?;
    }
    write_to(b"/uid_map", users, length(users))?;
    write_to(b"/gid_map", users, length(users))
}

fn put(buffer: &mut [u8], end: &mut usize, bytes: &[u8]) {
    for byte in bytes {
        if let Some(place) = buffer.get_mut(*end) {
            *place = *byte;
            *end += 1;
        }
    }
}

fn put_number(buffer: &mut [u8], end: &mut usize, number: u64) {
    let mut digits = [0; 20];
    let (mut first, mut rest) = (digits.len(), number);
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 || first == 0 {
            break;
        }
    }
    put(buffer, end, &digits[first..]);
}

/// Tells the launcher what became of an order: number, errno and step, with the pidfd if there is one.
fn answer(order: &Order, outcome: Outcome<c_int>) {
    let mut text = [0_u8; 128];
    let mut end = 0;
    put_number(&mut text, &mut end, order.number);
    put(&mut text, &mut end, b"\t");
    let mut rights = Rights { length: 0, level: 1, kind: 1, descriptors: [0; MOST] };
    match outcome {
        Ok(pidfd) => {
            put(&mut text, &mut end, b"0\t");
            rights.descriptors[0] = pidfd;
            rights.length = RIGHTS_HEAD + 4;
        }
        Err(Failed { step, length, errno }) => {
            put_number(&mut text, &mut end, u64::from(errno.unsigned_abs()));
            put(&mut text, &mut end, b"\t");
            // SAFETY: the name of a step, as long as said.
            put(&mut text, &mut end, unsafe { core::slice::from_raw_parts(step, length) });
        }
    }
    let mut part = Part { base: text.as_mut_ptr().cast(), length: end };
    let message = Message {
        name: 0,
        name_length: 0,
        parts: &raw mut part,
        count: 1,
        control: if rights.length == 0 { ptr::null_mut() } else { (&raw mut rights).cast() },
        // CMSG_SPACE of one descriptor
        control_length: if rights.length == 0 { 0 } else { RIGHTS_HEAD + 8 },
        flags: 0,
    };
    // MSG_NOSIGNAL
    ask(number::SENDMSG, [LAUNCHER, address(&raw const message), 0x4000]);
}

/// Everything up to the interpreter, in which this returns.
unsafe fn be_first(
    (steps, first, last): (*const Step, usize, usize),
    order: &Order,
    descriptors: &[c_long],
    gate: c_long,
) {
    let mut byte = 0_u8;
    // A zygote that failed to map our users has not opened it.
    if ask(number::READ, [gate, address(&raw mut byte), 1]) != 1 {
        exit();
    }
    let default = [0_usize; 4];
    ask(number::RT_SIGACTION, [SIGCHLD, address(&raw const default), 0, 8]);
    // Out of the way of the numbers that guest and interpreter expect. What a hand holds is open.
    let mut hands = [-1; MOST];
    for (hand, descriptor) in hands.iter_mut().zip(descriptors) {
        *hand = aside(*descriptor);
    }
    let hands = &hands[..descriptors.len().min(MOST)];
    let guest = aside(GUEST);
    let [control, link, rest @ ..] = hands else { exit() };
    let (events, doors) = match rest {
        [events, doors @ ..] if order.flags & HAS_EVENTS != 0 => (*events, doors),
        doors => (-1, doors),
    };
    // SAFETY: the caller says so.
    let born = unsafe { set_up(steps, first, order, doors) }.and_then(|()| arrange(*link, events));
    if let Err(Failed { step, length, errno }) = born {
        let mut words = [0_u8; 128];
        let mut end = 0;
        put(&mut words, &mut end, &errno.to_le_bytes());
        // SAFETY: the name of a step, as long as said.
        put(&mut words, &mut end, unsafe { core::slice::from_raw_parts(step, length) });
        write(*control, words.as_ptr(), end);
        exit();
    }
    let arguments = if events < 0 { WITHOUT_EVENTS.0.as_ptr() } else { WITH_EVENTS.0.as_ptr() };
    split(guest, arguments);
    // From here on this is the interpreter.
    ask(number::SETSID, []);
    for stream in 0..3 {
        // F_SETFD
        ask(number::FCNTL, [stream, 2, 0]);
    }
    ask(number::CLOSE_RANGE, [CONTROL + 1, 0xffff_ffff, 0]);
    // SAFETY: the caller says so. Should it fail, the guest sees that it lacks its mark, or that it ended.
    if unsafe { carry_out(steps.wrapping_add(first), last, order) }.is_err() {
        exit();
    }
}

fn aside(descriptor: c_long) -> c_long {
    // F_DUPFD_CLOEXEC
    ask(number::FCNTL, [descriptor, 1030, ASIDE])
}

unsafe fn set_up(steps: *const Step, first: usize, order: &Order, doors: &[c_long]) -> Outcome<()> {
    for door in doors {
        checked(write(*door, b"0".as_ptr(), 1), b"enter the control group")?;
    }
    // SAFETY: the caller says so.
    unsafe { carry_out(steps, first, order) }
}

unsafe fn carry_out(steps: *const Step, count: usize, order: &Order) -> Outcome<()> {
    let variables = [
        address(texts(order).1),
        address(&raw const order.processes),
        address(&raw const order.data),
    ];
    let mut kept = [0; 32];
    for number in 0..count {
        // SAFETY: the caller says that there are as many.
        let step = unsafe { &*steps.wrapping_add(number) };
        let mut arguments = step.arguments;
        for (argument, kind) in arguments.iter_mut().zip(step.kinds) {
            match kind & 0xff {
                KEPT => *argument = kept[(*argument & 31) as usize],
                ADDRESS_OF_KEPT => {
                    let place = (*argument as *mut u8).wrapping_add((kind >> 16) as usize);
                    let value = kept[(kind >> 8 & 31) as usize] as c_int;
                    // SAFETY: `clone.py` left room there.
                    unsafe { place.cast::<c_int>().write_unaligned(value) };
                }
                VARIABLE => *argument = variables[(*argument as usize).min(2)],
                _ => {}
            }
        }
        let result = call(step.call, arguments);
        if result < 0 {
            // SAFETY: libc's errno of this thread.
            let errno = unsafe { *__errno_location() };
            return Err(Failed { step: step.name, length: step.name_length, errno });
        }
        kept[(step.keep & 31) as usize] = result;
    }
    Ok(())
}

/// Makes what connects guest and interpreter, and puts all descriptors in their places. What the guest
/// keeps across exec the interpreter closes, and the other way round.
fn arrange(link: c_long, events: c_long) -> Outcome<()> {
    const STEP: &[u8] = b"make the interpreter";
    let pipe = || {
        let mut ends: [c_int; 2] = [-1; 2];
        checked(ask(number::PIPE2, [address(&raw mut ends), CLOSE_ON_EXEC]), STEP)?;
        let [reads, writes] = ends.map(|it| aside(it.into()));
        Ok((reads, writes))
    };
    let (stdin, stdout, stderr) = (pipe()?, pipe()?, pipe()?);
    let mut sockets: [c_int; 2] = [-1; 2];
    // AF_UNIX, SOCK_STREAM
    let pair = [1, 1 | CLOSE_ON_EXEC, 0, address(&raw mut sockets)];
    checked(ask(number::SOCKETPAIR, pair), STEP)?;
    let [ours, theirs] = sockets.map(|it| aside(it.into()));
    let of_interpreter = [(stdin.0, 0), (stdout.1, 1), (stderr.1, 2), (theirs, CONTROL)];
    for (descriptor, place) in of_interpreter {
        checked(ask(number::DUP3, [descriptor, place, CLOSE_ON_EXEC]), STEP)?;
    }
    let of_guest = [
        (link, LINK),
        (events, EVENTS),
        (stdin.1, STREAMS),
        (stdout.0, 7),
        (stderr.0, 8),
        (ours, OURS),
    ];
    for (descriptor, place) in of_guest {
        if descriptor >= 0 {
            checked(ask(number::DUP3, [descriptor, place, 0]), STEP)?;
        }
    }
    // CLOSE_RANGE_CLOEXEC
    let rest = [OURS + 1, 0xffff_ffff, 4];
    checked(ask(number::CLOSE_RANGE, rest), STEP).map(drop)
}

#[repr(transparent)]
struct Strings<const N: usize>([*const c_char; N]);

// SAFETY: they point to constants.
unsafe impl<const N: usize> Sync for Strings<N> {}

/// The interpreter is the second process of its namespace.
static WITHOUT_EVENTS: Strings<6> = Strings([
    c"guest".as_ptr(),
    c"--link".as_ptr(),
    c"4".as_ptr(),
    c"--standby".as_ptr(),
    c"2,6,7,8,9".as_ptr(),
    ptr::null(),
]);
static WITH_EVENTS: Strings<8> = Strings([
    c"guest".as_ptr(),
    c"--link".as_ptr(),
    c"4".as_ptr(),
    c"--memory-events".as_ptr(),
    c"5".as_ptr(),
    c"--standby".as_ptr(),
    c"2,6,7,8,9".as_ptr(),
    ptr::null(),
]);
static VARIABLES: Strings<2> = Strings([c"PATH=/usr/bin:/bin".as_ptr(), ptr::null()]);

/// Becomes two processes: the child, which returns, and the guest.
fn split(guest: c_long, arguments: *const *const c_char) {
    // CLONE_VM
    let flags = 0x100 | SIGCHLD;
    let (path, variables) = (c"".as_ptr(), VARIABLES.0.as_ptr());
    // SAFETY: the parent uses no memory behind the first call: it executes the guest, or exits. So the
    // child has stack and memory for itself. `execveat` reads constants only.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jz 2f",
            "mov rdi, r12",
            "mov rsi, r13",
            "mov rdx, r14",
            "mov r10, r15",
            "mov r8d, 0x1000",
            "mov eax, 322",
            "syscall",
            "mov edi, 1",
            "mov eax, 231",
            "syscall",
            "2:",
            inlateout("rax") 56_i64 => _,
            inlateout("rdi") flags => _,
            inlateout("rsi") 0_i64 => _,
            inlateout("rdx") 0_i64 => _,
            inlateout("r10") 0_i64 => _,
            inlateout("r8") 0_i64 => _,
            in("r12") guest,
            in("r13") path,
            in("r14") arguments,
            in("r15") variables,
            out("rcx") _,
            out("r11") _,
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        asm!(
            "svc 0",
            "cbz x0, 2f",
            "mov x0, x9",
            "mov x1, x10",
            "mov x2, x11",
            "mov x3, x12",
            "mov x4, 0x1000",
            "mov x8, 281",
            "svc 0",
            "mov x0, 1",
            "mov x8, 94",
            "svc 0",
            "2:",
            inlateout("x0") flags => _,
            inlateout("x1") 0_i64 => _,
            inlateout("x2") 0_i64 => _,
            inlateout("x3") 0_i64 => _,
            inlateout("x4") 0_i64 => _,
            inlateout("x8") 220_i64 => _,
            in("x9") guest,
            in("x10") path,
            in("x11") arguments,
            in("x12") variables,
        );
    }
}
