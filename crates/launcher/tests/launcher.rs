//! The launcher as a process, with an ordinary program in place of the guest: `yes`, which lives
//! until it is killed. It runs without control groups, because with them a guest gets arguments.

#![expect(clippy::unwrap_used, reason = "a launcher that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

use std::{
    fs::{self, File},
    io::Write,
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use launcher::{
    Action, Answer, Limits, Measured, Network, Reply, Request, Root, System, Usage,
    message::CgroupSource,
    packet::{receive, send},
};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

struct Launcher {
    socket: OwnedFd,
    process: Child,
}

impl Launcher {
    /// A launcher whose guest is a program of the host.
    fn with_guest(program: &str) -> Self {
        Self::with_guest_in(program, CgroupSource::Nowhere)
    }

    fn with_guest_in(program: &str, cgroups: CgroupSource) -> Self {
        let (socket, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .unwrap();
        #[expect(clippy::disallowed_methods, reason = "the program under test")]
        let process = Command::new(env!("CARGO_BIN_EXE_launcher"))
            .stdin(Stdio::from(theirs))
            .env_clear()
            .spawn()
            .unwrap();
        let guest = rustix::fs::memfd_create(c"guest", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
        let mut guest = File::from(guest);
        guest.write_all(&fs::read(program).unwrap()).unwrap();
        // With spares there would be a nursery, which only the real guest can be.
        let hello = Request::Hello { spares: 0, cgroups };
        send(&socket, &hello, &[guest.as_fd()]).unwrap();
        let launcher = Self { socket, process };
        let ready = launcher.reply();
        assert!(matches!(ready, Reply::Ready(_)), "{ready:?}");
        launcher
    }

    fn start(&self, id: u64, toolchains: Vec<PathBuf>) -> OwnedFd {
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .unwrap();
        let request = Request::Start {
            id,
            limits: Limits::default(),
            toolchains,
            mounts: Vec::new(),
            system: System::default(),
            root: Root::default(),
            network: Network::Own,
            interpreter: None,
        };
        send(&self.socket, &request, &[theirs.as_fd()]).unwrap();
        ours
    }

    fn reply(&self) -> Reply {
        receive(&self.socket).unwrap().expect("the launcher is alive").0
    }

    /// The process id of a sandbox on the host; `None` where the machine allows no sandbox.
    fn started(&self, expected: u64) -> Option<u32> {
        let reply = self.reply();
        if let Reply::Failed { failure, .. } = &reply
            && failure.errno == libc::EPERM
        {
            eprintln!("skipped: {} is not permitted here", failure.step);
            return None;
        }
        let Reply::Started { id, pid } = reply else { panic!("{reply:?}") };
        assert_eq!(id, expected);
        Some(pid)
    }

    fn act(&self, id: u64, action: Action) -> Answer {
        send(&self.socket, &Request::Act { call: 70 + id, id, action }, &[]).unwrap();
        let Reply::Acted { call, answer } = self.reply() else { panic!("no answer") };
        assert_eq!(call, 70 + id);
        answer
    }

    fn measured(&self, id: u64) -> Measured {
        let Answer::Measured(measured) = self.act(id, Action::Measure) else { panic!() };
        measured
    }

    /// Pauses a busy sandbox, which then uses no CPU, and kills it.
    fn pauses_measures_and_kills(&self, id: u64, pid: u32) {
        assert_eq!(self.act(id, Action::Pause), Answer::Done);
        let before = self.measured(id);
        // A kernel that did not stop it would let it use the time of this.
        while rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_nsec
            < 50_000_000
        {}
        assert_eq!(self.measured(id).cpu_micros, before.cpu_micros);
        assert_eq!(self.act(id, Action::Resume), Answer::Done);
        while self.measured(id).cpu_micros == before.cpu_micros {}
        assert_eq!(self.act(id, Action::Pause), Answer::Done);
        send(&self.socket, &Request::Kill { id }, &[]).unwrap();
        self.ended(id);
        assert!(!is_alive(pid));
        assert_eq!(self.act(id, Action::Resume), Answer::Gone);
    }

    fn ended(&self, expected: u64) -> Usage {
        let reply = self.reply();
        let Reply::Ended { id, usage } = reply else { panic!("{reply:?}") };
        assert_eq!(id, expected);
        usage
    }
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.socket = File::open("/dev/null").unwrap().into();
        self.process.wait().unwrap();
    }
}

fn is_alive(pid: u32) -> bool {
    PathBuf::from(format!("/proc/{pid}")).exists()
}

#[test]
fn a_guest_runs_until_it_is_killed() {
    let launcher = Launcher::with_guest("/usr/bin/yes");
    let _link = launcher.start(1, Vec::new());
    let Some(pid) = launcher.started(1) else { return };
    assert!(is_alive(pid));
    send(&launcher.socket, &Request::Kill { id: 1 }, &[]).unwrap();
    assert!(launcher.ended(1).cpu_micros > 0);
    assert!(!is_alive(pid));
}

#[test]
fn a_guest_without_a_group_is_paused_by_signals() {
    let launcher = Launcher::with_guest("/usr/bin/yes");
    let _link = launcher.start(1, Vec::new());
    let Some(pid) = launcher.started(1) else { return };
    launcher.pauses_measures_and_kills(1, pid);
}

#[test]
fn a_paused_sandbox_ends_with_the_server() {
    let mut launcher = Launcher::with_guest("/usr/bin/yes");
    let _link = launcher.start(1, Vec::new());
    let Some(pid) = launcher.started(1) else { return };
    assert_eq!(launcher.act(1, Action::Pause), Answer::Done);
    launcher.socket = File::open("/dev/null").unwrap().into();
    launcher.process.wait().unwrap();
    assert!(!is_alive(pid));
}

#[test]
fn acting_on_a_sandbox_that_never_began_says_so() {
    let launcher = Launcher::with_guest("/usr/bin/yes");
    for action in [Action::Pause, Action::Resume, Action::Measure] {
        assert_eq!(launcher.act(5, action), Answer::Gone);
    }
}

#[test]
fn sandboxes_end_with_the_server() {
    let mut launcher = Launcher::with_guest("/usr/bin/yes");
    let _link = launcher.start(1, Vec::new());
    let Some(pid) = launcher.started(1) else { return };
    launcher.socket = File::open("/dev/null").unwrap().into();
    launcher.process.wait().unwrap();
    assert!(!is_alive(pid));
}

#[test]
fn a_refused_toolchain_fails_that_start_only() {
    let launcher = Launcher::with_guest("/usr/bin/yes");
    let _link = launcher.start(1, vec![PathBuf::from("/etc")]);
    let Reply::Failed { id: 1, failure } = launcher.reply() else { panic!() };
    assert_eq!((failure.step.as_str(), failure.errno), ("show the toolchain /etc", libc::EACCES));
    let _link = launcher.start(2, Vec::new());
    launcher.started(2);
}

#[test]
fn a_guest_that_ends_at_once_is_a_failure_with_its_exit_code() {
    // Without a second argument it has nothing to compare, and says so with code 2.
    let launcher = Launcher::with_guest("/usr/bin/cmp");
    let _link = launcher.start(1, Vec::new());
    match launcher.reply() {
        Reply::Failed { id: 1, failure } if failure.errno != libc::EPERM => {
            assert!(failure.step.ends_with("ended with exit code 2"), "{failure:?}");
        }
        // It was still running when the launcher looked.
        Reply::Started { id: 1, .. } => {
            launcher.ended(1);
        }
        Reply::Failed { failure, .. } => eprintln!("skipped: {}", failure.step),
        other @ (Reply::Ready(_)
        | Reply::Started { .. }
        | Reply::Ended { .. }
        | Reply::Acted { .. }) => {
            panic!("{other:?}")
        }
    }
}

#[test]
fn a_guest_that_is_no_program_is_a_failure_with_its_reason() {
    let launcher = Launcher::with_guest("/etc/passwd");
    let _link = launcher.start(1, Vec::new());
    let Reply::Failed { id: 1, failure } = launcher.reply() else { panic!() };
    if failure.errno != libc::EPERM {
        assert_eq!((failure.step.as_str(), failure.errno), ("start the guest", libc::ENOEXEC));
    }
}

#[test]
fn a_guest_is_born_in_its_group_of_version_2() {
    let tree = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
        .into_iter()
        .map(PathBuf::from)
        .find(|it| it.join("cgroup.controllers").exists());
    let usable = |tree: &PathBuf| {
        let offered = fs::read_to_string(tree.join("cgroup.controllers")).unwrap();
        rustix::process::geteuid().is_root() && !offered.contains("memory")
    };
    let Some(tree) = tree.filter(usable) else {
        eprintln!("skipped: no tree of version 2 that root may write and that counts no memory");
        return;
    };
    let launcher = Launcher::with_guest_in("/usr/bin/yes", CgroupSource::Below(tree.clone()));
    let _link = launcher.start(1, Vec::new());
    let Some(pid) = launcher.started(1) else { return };
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
    let group = groups.lines().find_map(|it| it.strip_prefix("0::/")).unwrap();
    assert!(group.starts_with(&format!("runbook-{}-", launcher.process.id())), "{group}");
    let group = tree.join(group);
    assert!(group.exists());
    launcher.pauses_measures_and_kills(1, pid);
    assert!(!group.exists());
    drop(launcher);
    assert!(!group.parent().unwrap().exists());
}
