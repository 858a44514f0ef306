//! The first process of a sandbox, from its birth to the moment it becomes the guest.
//!
//! ```text
//! born ─▶ mapped ─▶ root built ─▶ in its control group ─▶ (waits for an order) ─▶ locked ─▶ guest
//! ```
//!
//! It is a copy of the launcher: everything it needs was prepared before, it allocates nothing,
//! and any error ends it after the step's name went to the launcher.

use std::{
    convert::Infallible,
    ffi::CStr,
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use libc::sock_filter;
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{Mode, OFlags, open},
    io::{Errno, fcntl_dupfd_cloexec, read, write},
    net::{AddressFamily, SendFlags, SocketFlags, SocketType, send, socket_with},
    pipe::{PipeFlags, pipe_with},
    process::{
        DumpableBehavior, Gid, Resource, Rlimit, Signal, Uid, getrlimit, set_dumpable_behavior,
        set_parent_process_death_signal, setrlimit, setsid, umask,
    },
    system::sethostname,
    thread::{
        CapabilitySet, CapabilitySets, clear_ambient_capability_set,
        configure_capability_in_ambient_set, remove_capability_from_bounding_set, set_capabilities,
        set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
    time::Timespec,
};

use crate::{
    host::Blueprint,
    landlock::Landlock,
    message::{Failure, Network},
    mounts::{self, MOST_MOUNTS, Shown},
    order::Order,
    packet::{MAX_PACKET, receive_into},
    root,
    syscalls::{self, Close, OneThread, Signals},
    system::Layout,
};

/// The only user of a sandbox, guest and programs alike.
pub(crate) const USER: u32 = 1000;

/// The descriptor on which the guest finds its link.
const LINK: i32 = 3;
/// The descriptor of the memory events, named to the guest as an argument.
const MEMORY_EVENTS: i32 = 4;

/// What a sandbox is made from; the same for all of one launcher.
#[derive(Debug)]
pub(crate) struct Mould {
    pub(crate) blueprint: Blueprint,
    /// For those that share the host's network.
    pub(crate) exposed: Blueprint,
    pub(crate) filter: Vec<sock_filter>,
    /// For those that write to directories of the host.
    pub(crate) filter_of_sharers: Vec<sock_filter>,
    pub(crate) landlock: Option<Landlock>,
    pub(crate) guest: OwnedFd,
    pub(crate) one_thread: OneThread,
    /// Root may, and has to, drop its groups; others cannot in a user namespace of their own.
    pub(crate) drops_groups: bool,
}

impl Mould {
    pub(crate) fn blueprint(&self, network: Network) -> &Blueprint {
        match network {
            Network::Own => &self.blueprint,
            Network::Host => &self.exposed,
        }
    }
}

/// A step that failed, without a word allocated.
#[derive(Debug)]
pub(crate) struct Failed<'a> {
    pub(crate) step: &'static str,
    pub(crate) path: Option<&'a CStr>,
    pub(crate) errno: Errno,
}

/// Names the step that a failed system call belongs to.
pub(crate) trait Step<T> {
    fn step<'a>(self, step: &'static str) -> Result<T, Failed<'a>>;
    fn step_at<'a>(self, step: &'static str, path: &'a CStr) -> Result<T, Failed<'a>>;
}

impl<T, E: IntoErrno> Step<T> for Result<T, E> {
    fn step<'a>(self, step: &'static str) -> Result<T, Failed<'a>> {
        self.map_err(|it| Failed { step, path: None, errno: it.into_errno() })
    }

    fn step_at<'a>(self, step: &'static str, path: &'a CStr) -> Result<T, Failed<'a>> {
        self.map_err(|it| Failed { step, path: Some(path), errno: it.into_errno() })
    }
}

pub(crate) trait IntoErrno {
    fn into_errno(self) -> Errno;
}

impl IntoErrno for Errno {
    fn into_errno(self) -> Errno {
        self
    }
}

impl IntoErrno for io::Error {
    fn into_errno(self) -> Errno {
        Errno::from_io_error(&self).unwrap_or(Errno::IO)
    }
}

/// What becomes of a process that was born into new namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Sandbox(Network),
    /// An interpreter or a guest that clones itself; see [`zygote`](crate::zygote).
    Zygote,
}

impl Role {
    pub(crate) fn network(self) -> Network {
        match self {
            Self::Sandbox(network) => network,
            Self::Zygote => Network::Own,
        }
    }
}

/// Descriptors of the launcher that a sandbox uses.
#[derive(Debug)]
pub(crate) struct Inheritance<'a> {
    /// Leads to the launcher.
    pub(crate) control: BorrowedFd<'a>,
    /// Lead into the control groups.
    pub(crate) doors: &'a [File],
    /// For the guest; see [`Group::memory_events`](crate::cgroup::Group::memory_events).
    pub(crate) memory_events: Option<&'a File>,
    /// For a root of its own, instead of the one that all sandboxes share.
    pub(crate) layout: Option<&'a Layout>,
    pub(crate) mounts: &'a [Shown],
}

/// Lives the life above.
pub(crate) fn live(mould: &Mould, inheritance: &Inheritance<'_>, role: Role) -> ! {
    let Ok(mut hands) = Hands::new(mould, inheritance) else { exit() };
    let (mut packet, mut command) = ([0; MAX_PACKET], [0; MAX_PACKET]);
    let failed = match (prepare(mould, &mut hands, inheritance, role), role) {
        (Ok(()), Role::Sandbox(_)) => become_guest(mould, &hands, inheritance, &mut packet),
        (Ok(()), Role::Zygote) => {
            match become_zygote(&hands, inheritance, &mut packet, &mut command) {
                Ok(never) => match never {},
                Err(failed) => failed,
            }
        }
        (Err(failed), _) => failed,
    };
    report(&hands.control, &failed);
    exit()
}

#[expect(clippy::exit, reason = "a copy of the launcher must not return into its loop")]
fn exit() -> ! {
    std::process::exit(1)
}

/// The only descriptors kept to the end, at numbers that none of the guest's can have.
#[derive(Debug)]
struct Hands {
    control: OwnedFd,
    guest: OwnedFd,
    memory_events: Option<OwnedFd>,
    system: Option<OwnedFd>,
    mounts: [Option<OwnedFd>; MOST_MOUNTS],
}

const FIRST_HAND: i32 = 10;

impl Hands {
    fn new(mould: &Mould, inheritance: &Inheritance<'_>) -> Result<Self, Errno> {
        let keep = |it: BorrowedFd<'_>| fcntl_dupfd_cloexec(it, FIRST_HAND);
        let mut mounts = [const { None }; MOST_MOUNTS];
        for (slot, shown) in mounts.iter_mut().zip(inheritance.mounts) {
            *slot = shown.tree.as_ref().map(|it| keep(it.as_fd())).transpose()?;
        }
        Ok(Self {
            control: keep(inheritance.control)?,
            guest: keep(mould.guest.as_fd())?,
            memory_events: inheritance.memory_events.map(|it| keep(it.as_fd())).transpose()?,
            system: inheritance
                .layout
                .and_then(|it| it.tree.as_ref())
                .map(|it| keep(it.as_fd()))
                .transpose()?,
            mounts,
        })
    }

    /// Closes everything else: the launcher's own socket, and the links of other sandboxes.
    fn close_what_is_not_ours(&self, doors: &[File]) -> io::Result<()> {
        // Four hands, the mounts, and a door for each hierarchy of version 1.
        const MOST: usize = 13 + MOST_MOUNTS;
        let mut kept = [u32::MAX; MOST];
        let optional = [self.memory_events.as_ref(), self.system.as_ref()];
        let ours = [Some(&self.control), Some(&self.guest)].into_iter().chain(optional);
        let ours = ours.flatten().chain(self.mounts.iter().flatten()).map(AsRawFd::as_raw_fd);
        let numbers = ours.chain(doors.iter().map(AsRawFd::as_raw_fd));
        for (slot, number) in kept.iter_mut().zip(numbers) {
            *slot = number.cast_unsigned();
        }
        kept.sort_unstable();
        let mut first = 0;
        for number in kept.into_iter().filter(|it| *it != u32::MAX) {
            if first < number {
                syscalls::close_range(first, number - 1, Close::Now)?;
            }
            first = number + 1;
        }
        syscalls::close_range(first, u32::MAX, Close::Now)
    }
}

/// Everything that needs no order.
fn prepare<'a>(
    mould: &'a Mould,
    hands: &mut Hands,
    inheritance: &Inheritance<'a>,
    role: Role,
) -> Result<(), Failed<'a>> {
    let doors = inheritance.doors;
    hands.close_what_is_not_ours(doors).step("close descriptors")?;
    take_standard_streams().step("open /dev/null")?;
    syscalls::restore_sigpipe();
    syscalls::stop_signals(Signals::Unblock).step("unblock signals")?;
    umask(Mode::empty());
    // The launcher writes one byte once our user is mapped.
    match read(&hands.control, &mut [0; 1]) {
        Ok(1) => {}
        Ok(_) => exit(),
        Err(error) => return Err(error).step("wait for the user map"),
    }
    if mould.drops_groups {
        set_thread_groups(&[]).step("drop groups")?;
    }
    let (user, group) = (Uid::from_raw(USER), Gid::from_raw(USER));
    set_thread_res_gid(group, group, group).step("change the group")?;
    set_thread_res_uid(user, user, user).step("change the user")?;
    // Changing the user cleared it, and without it our own files in /proc belong to nobody.
    set_dumpable_behavior(DumpableBehavior::Dumpable).step("become dumpable")?;
    // Changing the user cleared this too; it is said again at the end, where it must hold.
    set_parent_process_death_signal(Some(Signal::KILL)).step("bind our life to the launcher")?;
    sethostname(b"sandbox").step("set the host name")?;
    if role.network() == Network::Own {
        let (family, kind) = (AddressFamily::INET, SocketType::DGRAM);
        let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None).step("open a socket")?;
        syscalls::raise_loopback(socket.as_fd()).step("raise the loopback interface")?;
    }
    // Before the root is put together, which covers a part of this host where they may lie.
    for (slot, shown) in hands.mounts.iter_mut().zip(inheritance.mounts) {
        if slot.is_none() {
            *slot = Some(mounts::open(&shown.path).step_at("open", &shown.path)?);
        }
    }
    match inheritance.layout {
        None => root::build(mould.blueprint(role.network()), role)?,
        Some(layout) => root::build_layout(layout, hands.system.as_ref().map(AsFd::as_fd))?,
    }
    for door in doors {
        write(door, b"0").step("enter the control group")?;
    }
    // From here on our group is the root of what /proc/self/cgroup can name.
    syscalls::leave_cgroup_namespace().step("leave the control group namespace")
}

fn take_standard_streams() -> io::Result<()> {
    let null = open(c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    let null = fcntl_dupfd_cloexec(&null, FIRST_HAND)?;
    (0..=2).try_for_each(|number| syscalls::place_at(null.as_fd(), number))
}

/// Waits for the order and carries it out; returns only what went wrong.
fn become_guest<'a>(
    mould: &Mould,
    hands: &Hands,
    inheritance: &Inheritance<'a>,
    packet: &'a mut [u8; MAX_PACKET],
) -> Failed<'a> {
    match obey(mould, hands, inheritance, packet) {
        Ok(()) => {
            let counted = [c"guest", c"--memory-events", c"4"];
            let arguments = if hands.memory_events.is_some() { &counted } else { &counted[..1] };
            let error = syscalls::execute(hands.guest.as_fd(), arguments, c"PATH=/usr/bin:/bin");
            Failed { step: "start the guest", path: None, errno: error.into_errno() }
        }
        Err(failed) => failed,
    }
}

fn obey<'a>(
    mould: &Mould,
    hands: &Hands,
    inheritance: &Inheritance<'a>,
    packet: &'a mut [u8; MAX_PACKET],
) -> Result<(), Failed<'a>> {
    let order = take_order(hands, inheritance, packet)?;
    if let Some(events) = &hands.memory_events {
        syscalls::place_at(events.as_fd(), MEMORY_EVENTS).step("place the memory events")?;
    }
    syscalls::close_range(MEMORY_EVENTS.cast_unsigned() + 1, u32::MAX, Close::AtExec)
        .step("close descriptors")?;
    setsid().step("start a session")?;
    set_limits(&order).step("set limits")?;
    umask(Mode::from_raw_mode(0o022));
    drop_privileges(mould, inheritance.mounts)?;
    die_with_the_launcher(hands)
}

/// Waits for the order, finishes the root and puts the link in its place.
fn take_order<'a>(
    hands: &Hands,
    inheritance: &Inheritance<'a>,
    packet: &'a mut [u8; MAX_PACKET],
) -> Result<Order<'a>, Failed<'a>> {
    let mut received = Received::default();
    let length = receive_into(&hands.control, packet, |it| received.push(it))
        .map_err(|_| Errno::IO)
        .step("receive the order")?;
    if length == 0 {
        exit();
    }
    let packet: &'a [u8] = packet;
    let order = Order::decode(&packet[..length]).ok_or(Errno::PROTO).step("read the order")?;
    let link = received.next().ok_or(Errno::BADF).step("receive the link")?;
    let link = fcntl_dupfd_cloexec(&link, FIRST_HAND).step("keep the link")?;
    let trees = (received, hands.mounts.as_slice());
    root::finish(&order, inheritance, trees)?;
    syscalls::place_at(link.as_fd(), LINK).step("place the link")?;
    Ok(order)
}

fn die_with_the_launcher<'a>(hands: &Hands) -> Result<(), Failed<'a>> {
    set_parent_process_death_signal(Some(Signal::KILL)).step("bind our life to the launcher")?;
    // A launcher that died before that call would not have killed us.
    let mut launcher = [PollFd::new(&hands.control, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    if poll(&mut launcher, Some(&now)).step("look for the launcher")? > 0 {
        exit();
    }
    Ok(())
}

/// Becomes the interpreter that the second packet names, or a nursery if it names none, with the socket
/// to the launcher in place of a link. It runs trusted text only, and keeps the capabilities to map the
/// users of its clones and to make their networks.
fn become_zygote<'a>(
    hands: &Hands,
    inheritance: &Inheritance<'a>,
    packet: &'a mut [u8; MAX_PACKET],
    command: &mut [u8; MAX_PACKET],
) -> Result<Infallible, Failed<'a>> {
    take_order(hands, inheritance, packet)?;
    let mut attachment = None;
    let length = receive_into(&hands.control, command, |it| attachment = Some(it))
        .map_err(|_| Errno::IO)
        .step("receive the command")?;
    let command = command[..length].split_first();
    let (count, strings) = command.ok_or(Errno::PROTO).step("read the command")?;
    if strings.is_empty() {
        settle_zygote(hands, LINK + 1)?;
        let variable = c"PATH=/usr/bin:/bin";
        let error = syscalls::execute(hands.guest.as_fd(), &[c"guest", c"--nursery"], variable);
        return Err(error).step("start the nursery");
    }
    let attachment = attachment.take().ok_or(Errno::BADF).step("receive the attachment")?;
    syscalls::place_at(hands.guest.as_fd(), ZYGOTE_GUEST).step("place the guest")?;
    syscalls::place_at(attachment.as_fd(), ATTACHMENT).step("place the attachment")?;
    // Pipes, as the standard streams of its clones will be: an interpreter asks once what they are.
    let (input, _) = pipe_with(PipeFlags::CLOEXEC).step("make a pipe")?;
    let (_, output) = pipe_with(PipeFlags::CLOEXEC).step("make a pipe")?;
    syscalls::place_at(input.as_fd(), 0).step("place the input")?;
    syscalls::place_at(output.as_fd(), 1).step("place the output")?;
    syscalls::place_at(output.as_fd(), 2).step("place the errors")?;
    settle_zygote(hands, ZYGOTE_GUEST + 1)?;
    let error = syscalls::become_program(strings, usize::from(*count));
    Err(error).step("start the interpreter")
}

/// The last steps of a zygote, which keeps the descriptors below the first that is not its own.
fn settle_zygote<'a>(hands: &Hands, first_to_close: i32) -> Result<(), Failed<'a>> {
    syscalls::close_range(first_to_close.cast_unsigned(), u32::MAX, Close::AtExec)
        .step("close descriptors")?;
    setsid().step("start a session")?;
    let set = |resource, value| {
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
    };
    set(Resource::Core, CORE_BYTES).step("set limits")?;
    set(Resource::Nofile, allowed_files(OPEN_FILES)).step("set limits")?;
    umask(Mode::from_raw_mode(0o022));
    keep_rights_of_zygotes().step("keep the capabilities of a zygote")?;
    die_with_the_launcher(hands)
}

/// Where a zygote finds the file that its text may come from, and the guest.
const ATTACHMENT: i32 = 4;
const ZYGOTE_GUEST: i32 = 5;

fn keep_rights_of_zygotes() -> Result<(), Errno> {
    const EACH: [CapabilitySet; 4] = [
        CapabilitySet::SETUID,
        CapabilitySet::SETGID,
        CapabilitySet::SYS_ADMIN,
        CapabilitySet::NET_ADMIN,
    ];
    let kept = CapabilitySet::from_iter(EACH);
    for bit in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if kept.contains(capability) {
            continue;
        }
        match remove_capability_from_bounding_set(capability) {
            Err(Errno::INVAL) => break,
            other => other?,
        }
    }
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: kept })?;
    EACH.into_iter().try_for_each(|it| configure_capability_in_ambient_set(it, true))?;
    set_no_new_privs(true)
}

fn set_limits(order: &Order<'_>) -> Result<(), Errno> {
    let set = |resource, value| {
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
    };
    set(Resource::Core, CORE_BYTES)?;
    set(Resource::Nofile, allowed_files(OPEN_FILES))?;
    set(Resource::Nproc, order.processes)?;
    set(Resource::Rtprio, 0)?;
    set(Resource::Nice, 0)?;
    if order.data_bytes > 0 {
        set(Resource::Data, order.data_bytes)?;
    }
    Ok(())
}

/// Not zero: a handler behind a pipe is started whatever the limit, unless it is exactly one.
pub(crate) const CORE_BYTES: u64 = 1;

/// Whoever starts us may allow less than we want.
pub(crate) fn allowed_files(wanted: u64) -> u64 {
    getrlimit(Resource::Nofile).maximum.map_or(wanted, |allowed| allowed.min(wanted))
}

/// Descriptors of the guest: its programs' streams, its listeners and the connections it forwards. The
/// programs get the limits that the server says.
pub(crate) const OPEN_FILES: u64 = 4096;

fn drop_privileges<'a>(mould: &Mould, mounts: &'a [Shown]) -> Result<(), Failed<'a>> {
    for bit in 0..u64::BITS {
        match remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit)) {
            // The first number that this kernel has no capability for.
            Err(Errno::INVAL) => break,
            other => other.step("drop a capability from the bounding set")?,
        }
    }
    clear_ambient_capability_set().step("clear ambient capabilities")?;
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    set_capabilities(None, sets).step("drop capabilities")?;
    set_no_new_privs(true).step("set no_new_privs")?;
    if let Some(landlock) = mould.landlock {
        landlock.apply(mounts)?;
    }
    let shares = mounts.iter().any(Shown::is_writable);
    let filter = if shares { &mould.filter_of_sharers } else { &mould.filter };
    syscalls::install_filter(filter).step("install the filter")
}

/// Tells the launcher.
fn report(control: &OwnedFd, failed: &Failed<'_>) {
    const LONGEST: usize = 512;
    let mut message = [0; LONGEST];
    let errno = failed.errno.raw_os_error().to_le_bytes();
    let gap: &[u8] = if failed.path.is_some() { b" " } else { b"" };
    let path = failed.path.map_or(b"".as_slice(), CStr::to_bytes);
    let words = errno.iter().chain(failed.step.as_bytes()).chain(gap).chain(path);
    let length = message.iter_mut().zip(words).map(|(to, from)| *to = *from).count();
    // If it cannot be told, it sees us end without a guest.
    let _told = send(control, &message[..length], SendFlags::NOSIGNAL);
}

/// What [`report`] sent.
pub(crate) fn read_report(message: &[u8]) -> Option<Failure> {
    let (errno, step) = message.split_first_chunk()?;
    let step = String::from_utf8_lossy(step).into_owned();
    Some(Failure { step, errno: i32::from_le_bytes(*errno) })
}

/// The descriptors of a packet, kept without allocating.
#[derive(Debug)]
struct Received {
    descriptors: [Option<OwnedFd>; crate::packet::MAX_DESCRIPTORS],
    length: usize,
    taken: usize,
}

impl Default for Received {
    fn default() -> Self {
        Self { descriptors: [const { None }; _], length: 0, taken: 0 }
    }
}

impl Received {
    fn push(&mut self, descriptor: OwnedFd) {
        if let Some(slot) = self.descriptors.get_mut(self.length) {
            *slot = Some(descriptor);
            self.length += 1;
        }
    }
}

impl Iterator for Received {
    type Item = OwnedFd;

    fn next(&mut self) -> Option<OwnedFd> {
        let descriptor = self.descriptors.get_mut(self.taken)?.take();
        self.taken += 1;
        descriptor
    }
}
