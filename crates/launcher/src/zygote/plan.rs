//! What a clone has to do before it is a sandbox: the list of system calls that a zygote carries out in
//! it. It is the same set-up as in [`crate::child`] and [`crate::root`], for a process that begins with
//! the root of its zygote and owns namespaces that are copies or empty. Empty lines part what a new
//! network needs before the clone is born into it, what the clone does at once, what it does when it is
//! wanted, and what the interpreter does that it forks.
//!
//! A line is a step: its name, the number of the call, `>` and a letter if its result is kept, and the
//! arguments, between tabs. An argument is one of
//!
//! ```text
//! 17     a number                          =00ff   bytes
//! :text  a text that ends in NUL           %00ff   bytes of a seccomp program
//! <a     a kept result                     +a00ff  bytes, and behind them a kept result as an int
//! $name  a variable, which each order gives as a number, a text or bytes
//! ```

use std::{
    ffi::{CStr, CString},
    fmt::Write,
    fs,
};

use libc::{c_long, c_ulong, sock_filter};

use crate::{
    child::{CORE_BYTES, Mould, OPEN_FILES, USER, allowed_files},
    landlock::{self, Landlock},
    limits::Limits,
    order, root,
    syscalls::NAMESPACES,
};

enum Argument<'a> {
    Number(i64),
    Text(&'a CStr),
    Bytes(&'a [u8]),
    Filter(&'a [u8]),
    Kept(char),
    BytesAndKept(&'a [u8], char),
    Variable(&'static str),
}

use Argument::{Bytes, BytesAndKept, Filter, Kept, Number, Text, Variable};

/// Where the plan keeps descriptors for later steps.
const FILE: char = 'f';
const FENCE: char = 'l';

#[derive(Debug, Default)]
struct Plan {
    text: String,
}

/// Descriptors of a program, which the server asks for at each start of one.
const PROGRAM_FILES: u64 = 1024;

const QUIET: c_ulong = libc::MS_NOSUID | libc::MS_NODEV;
const NO_PATH: Argument<'static> = Number(0);

/// The plan of all clones that sandboxes of this mould get.
pub(crate) fn plan(mould: &Mould) -> Vec<u8> {
    let mut plan = Plan::default();
    plan.raise_loopback();
    root::SETTINGS.iter().filter(|it| it.network.is_some()).for_each(|it| plan.set_kernel(it));
    plan.text.push('\n');
    plan.become_user();
    plan.mount_private(mould);
    plan.step(
        "leave the control group namespace",
        libc::SYS_unshare,
        &[flag(libc::CLONE_NEWCGROUP)],
    );
    plan.text.push('\n');
    plan.mount_workspace();
    plan.step("start a session", libc::SYS_setsid, &[]);
    plan.limit();
    plan.drop_capabilities();
    if let Some(landlock) = mould.landlock {
        plan.fence(landlock);
    }
    plan.filter(&mould.filter);
    plan.text.push('\n');
    plan.limit_interpreter();
    plan.filter(&guest::fence::FILTER);
    plan.text.pop();
    plan.text.into_bytes()
}

/// What the birth of a clone needs to know.
#[derive(Debug)]
pub(crate) struct Birth {
    pub(crate) number: u64,
    /// The user in the zygote's namespace that becomes the only one of the clone.
    pub(crate) user: u32,
    /// The network that it has to itself while it lives, by the zygote's count; a new one without.
    pub(crate) network: Option<u64>,
    pub(crate) has_memory_events: bool,
    /// Whether the zygote may, and the clone must, keep a say about groups.
    pub(crate) drops_groups: bool,
}

impl Birth {
    fn users(&self) -> String {
        format!("{USER} {} 1", self.user)
    }

    fn network(&self) -> u64 {
        self.network.unwrap_or(u64::MAX)
    }

    /// The order for a nursery.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let groups = if self.drops_groups { "keep" } else { "deny" };
        format!(
            "number\t{}\nusers\t{}\ngroups\t{groups}\nnamespaces\t{}\nnetwork\t{}\nevents\t{}",
            self.number,
            self.users(),
            namespaces(),
            self.network(),
            u8::from(self.has_memory_events),
        )
        .into_bytes()
    }
}

/// What a clone is wanted for.
#[derive(Debug)]
pub(crate) struct Calling<'a> {
    pub(crate) limits: &'a Limits,
    /// `RLIMIT_DATA`, or zero when a control group limits memory.
    pub(crate) data_bytes: u64,
}

/// The order for a zygote whose clones begin at once, as its machine code reads it.
pub(crate) fn pack(birth: &Birth, calling: &Calling<'_>) -> Vec<u8> {
    const DENIES_GROUPS: u64 = 1;
    const HAS_EVENTS: u64 = 2;
    let mut flags = 0;
    if !birth.drops_groups {
        flags |= DENIES_GROUPS;
    }
    if birth.has_memory_events {
        flags |= HAS_EVENTS;
    }
    let numbers = [birth.number, u64::from(namespaces()), flags, birth.network()];
    let mut bytes: Vec<u8> = numbers.iter().flat_map(|it| it.to_ne_bytes()).collect();
    bytes.extend(both(calling.processes()));
    bytes.extend(both(calling.data()));
    for text in [birth.users(), order::workspace(calling.limits)] {
        bytes.extend(text.as_bytes());
        bytes.push(0);
    }
    bytes
}

/// Without that of the network, which its zygote is in when it is born.
fn namespaces() -> u32 {
    (NAMESPACES | libc::CLONE_PIDFD).cast_unsigned()
}

impl Calling<'_> {
    fn data(&self) -> u64 {
        if self.data_bytes == 0 { libc::RLIM_INFINITY } else { self.data_bytes }
    }

    fn processes(&self) -> u64 {
        // The guest is a process too.
        u64::from(self.limits.processes) + 1
    }

    /// The order for a copy.
    pub(crate) fn encode(&self) -> Vec<u8> {
        format!(
            "workspace\t:{}\nprocesses\t={}\ndata\t={}",
            order::workspace(self.limits),
            hex(&both(self.processes())),
            hex(&both(self.data())),
        )
        .into_bytes()
    }
}

impl Plan {
    fn step(&mut self, name: &str, call: c_long, arguments: &[Argument<'_>]) {
        self.text.push_str(name);
        self.add(format_args!("{call}"));
        self.add_all(arguments);
    }

    /// A step whose result later steps use.
    fn keep(&mut self, kept: char, name: &str, call: c_long, arguments: &[Argument<'_>]) {
        self.text.push_str(name);
        self.add(format_args!("{call}>{kept}"));
        self.add_all(arguments);
    }

    fn add_all(&mut self, arguments: &[Argument<'_>]) {
        for argument in arguments {
            match argument {
                Number(it) => self.add(format_args!("{it}")),
                Text(it) => self.add(format_args!(":{}", it.to_string_lossy())),
                Bytes(it) => self.add(format_args!("={}", hex(it))),
                Filter(it) => self.add(format_args!("%{}", hex(it))),
                Kept(it) => self.add(format_args!("<{it}")),
                BytesAndKept(bytes, it) => self.add(format_args!("+{it}{}", hex(bytes))),
                Variable(it) => self.add(format_args!("${it}")),
            }
        }
        self.text.push('\n');
    }

    fn add(&mut self, word: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _written = write!(self.text, "\t{word}");
    }

    fn become_user(&mut self) {
        let user = || Number(USER.into());
        self.step("change the group", libc::SYS_setresgid, &[user(), user(), user()]);
        self.step("change the user", libc::SYS_setresuid, &[user(), user(), user()]);
        let dumpable = [flag(libc::PR_SET_DUMPABLE), Number(1)];
        self.step("become dumpable", libc::SYS_prctl, &dumpable);
    }

    fn raise_loopback(&mut self) {
        let family = [flag(libc::AF_INET), flag(libc::SOCK_DGRAM | libc::SOCK_CLOEXEC), Number(0)];
        self.keep(FILE, "open a socket", libc::SYS_socket, &family);
        let mut request = [0; size_of::<libc::ifreq>()];
        request[..2].copy_from_slice(b"lo");
        let flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        request[libc::IFNAMSIZ..][..2].copy_from_slice(&flags.to_ne_bytes());
        let raise = [Kept(FILE), Number(libc::SIOCSIFFLAGS.cast_signed()), Bytes(&request)];
        self.step("raise the loopback interface", libc::SYS_ioctl, &raise);
        self.step("close a socket", libc::SYS_close, &[Kept(FILE)]);
    }

    /// Covers whatever of the zygote's own root a sandbox must have for itself.
    fn mount_private(&mut self, mould: &Mould) {
        let proc = QUIET | libc::MS_NOEXEC;
        self.mount("mount /proc", c"proc", c"/proc", c"proc", proc, NO_PATH);
        self.step("leave the workspace", libc::SYS_chdir, &[Text(c"/")]);
        root::SETTINGS.iter().filter(|it| it.network.is_none()).for_each(|it| self.set_kernel(it));
        for path in &mould.blueprint.hidden {
            self.bind("hide a file", c"/dev/null", path);
        }
        for path in &mould.blueprint.frozen {
            self.bind("bind a directory", path, path);
            let flags = libc::MS_REMOUNT | libc::MS_BIND | libc::MS_RDONLY | proc;
            self.mount("make a directory read-only", c"none", path, c"none", flags, NO_PATH);
        }
        self.bind("hide the name of the boot", root::RANDOM_NAME, root::NAME_OF_THE_BOOT);
        let quiet = libc::MS_NOSUID | libc::MS_NOEXEC;
        let (terminals, shared) = (Text(root::TERMINALS), Text(root::SHARED_MEMORY));
        self.mount("mount /dev/pts", c"devpts", c"/dev/pts", c"devpts", quiet, terminals);
        self.mount("mount /dev/shm", c"shm", c"/dev/shm", c"tmpfs", QUIET, shared);
    }

    fn mount_workspace(&mut self) {
        let options = Variable("workspace");
        self.mount("mount the workspace", c"workspace", c"/tmp", c"tmpfs", QUIET, options);
        self.step("enter the workspace", libc::SYS_chdir, &[Text(c"/tmp")]);
    }

    fn set_kernel(&mut self, setting: &root::Setting) {
        let root::Setting { step, path, value, .. } = setting;
        // A zygote is in its workspace when it makes a network.
        let path = [c"/".to_bytes(), path.to_bytes()].concat();
        let path = CString::new(path).expect("our own names hold no NUL");
        let open = [flag(libc::AT_FDCWD), Text(&path), flag(libc::O_WRONLY | libc::O_CLOEXEC)];
        self.keep(FILE, step, libc::SYS_openat, &open);
        self.step(step, libc::SYS_write, &[Kept(FILE), Bytes(value), number(value.len())]);
        self.step(step, libc::SYS_close, &[Kept(FILE)]);
    }

    fn bind(&mut self, name: &str, source: &CStr, target: &CStr) {
        self.mount(name, source, target, c"none", libc::MS_BIND, NO_PATH);
    }

    fn mount(
        &mut self,
        name: &str,
        source: &CStr,
        target: &CStr,
        kind: &CStr,
        flags: c_ulong,
        options: Argument<'_>,
    ) {
        let flags = Number(flags.cast_signed());
        let arguments = [Text(source), Text(target), Text(kind), flags, options];
        self.step(name, libc::SYS_mount, &arguments);
    }

    fn limit(&mut self) {
        self.set(libc::RLIMIT_CORE, Bytes(&both(CORE_BYTES)));
        self.set(libc::RLIMIT_NOFILE, Bytes(&both(allowed_files(OPEN_FILES))));
        self.set(libc::RLIMIT_RTPRIO, Bytes(&both(0)));
        self.set(libc::RLIMIT_NICE, Bytes(&both(0)));
        self.set(libc::RLIMIT_NPROC, Variable("processes"));
        self.set(libc::RLIMIT_DATA, Variable("data"));
    }

    /// What the guest gives each program that it starts, and the mark by which it knows the first.
    fn limit_interpreter(&mut self) {
        self.set(libc::RLIMIT_NOFILE, Bytes(&both(allowed_files(PROGRAM_FILES))));
        self.set(libc::RLIMIT_LOCKS, Bytes(&both(guest::FIRST_MARK)));
    }

    fn set(&mut self, resource: u32, limit: Argument<'_>) {
        let arguments = [Number(0), Number(resource.into()), limit, Number(0)];
        self.step("set limits", libc::SYS_prlimit64, &arguments);
    }

    fn drop_capabilities(&mut self) {
        for number in 0..=last_capability() {
            let arguments = [flag(libc::PR_CAPBSET_DROP), Number(number)];
            self.step("drop a capability from the bounding set", libc::SYS_prctl, &arguments);
        }
        let clear = [flag(libc::PR_CAP_AMBIENT), flag(libc::PR_CAP_AMBIENT_CLEAR_ALL)];
        self.step("clear ambient capabilities", libc::SYS_prctl, &clear);
        /// `linux/capability.h`: `_LINUX_CAPABILITY_VERSION_3`, for the calling process.
        const HEADER: [u32; 2] = [0x2008_0522, 0];
        let header: Vec<u8> = HEADER.iter().flat_map(|it| it.to_ne_bytes()).collect();
        let none = [0; 2 * 3 * size_of::<u32>()];
        self.step("drop capabilities", libc::SYS_capset, &[Bytes(&header), Bytes(&none)]);
        let no_new = [flag(libc::PR_SET_NO_NEW_PRIVS), Number(1)];
        self.step("set no_new_privs", libc::SYS_prctl, &no_new);
    }

    /// As [`Landlock::apply`] does it.
    fn fence(&mut self, landlock: Landlock) {
        let (handled, rules) = landlock.fence();
        let make = [Bytes(&handled), number(handled.len()), Number(0)];
        let call = libc::SYS_landlock_create_ruleset;
        self.keep(FENCE, "make a Landlock ruleset", call, &make);
        for (path, rights) in rules {
            let flags = flag(libc::O_PATH | libc::O_CLOEXEC);
            let place = [flag(libc::AT_FDCWD), Text(path), flags];
            self.keep(FILE, "open what Landlock allows", libc::SYS_openat, &place);
            let rule = BytesAndKept(&rights.to_ne_bytes(), FILE);
            let beneath = Number(landlock::PATH_BENEATH.into());
            let allow = [Kept(FENCE), beneath, rule, Number(0)];
            self.step("allow by Landlock", libc::SYS_landlock_add_rule, &allow);
            self.step("close what Landlock allows", libc::SYS_close, &[Kept(FILE)]);
        }
        let restrict = [Kept(FENCE), Number(0)];
        self.step("restrict by Landlock", libc::SYS_landlock_restrict_self, &restrict);
        self.step("close a Landlock ruleset", libc::SYS_close, &[Kept(FENCE)]);
    }

    fn filter(&mut self, filter: &[sock_filter]) {
        let program: Vec<u8> = filter.iter().flat_map(instruction).collect();
        let mode = Number(libc::SECCOMP_SET_MODE_FILTER.into());
        self.step("install the filter", libc::SYS_seccomp, &[mode, Number(0), Filter(&program)]);
    }
}

fn flag(value: libc::c_int) -> Argument<'static> {
    Number(value.into())
}

fn number(value: usize) -> Argument<'static> {
    Number(i64::try_from(value).expect("sizes of structures are small"))
}

/// `struct sock_filter` as the kernel reads it.
fn instruction(it: &sock_filter) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..2].copy_from_slice(&it.code.to_ne_bytes());
    bytes[2] = it.jt;
    bytes[3] = it.jf;
    bytes[4..].copy_from_slice(&it.k.to_ne_bytes());
    bytes
}

/// `struct rlimit64` with the same soft and hard limit.
fn both(limit: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&limit.to_ne_bytes());
    bytes[8..].copy_from_slice(&limit.to_ne_bytes());
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, it| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{it:02x}");
        text
    })
}

/// The last one that this kernel knows; asking for a later one fails.
fn last_capability() -> i64 {
    /// `CAP_CHECKPOINT_RESTORE`, the last one since Linux 5.9.
    const USUAL: i64 = 40;
    let text = fs::read_to_string("/proc/sys/kernel/cap_last_cap").unwrap_or_default();
    text.trim().parse().unwrap_or(USUAL)
}
