//! Standbys: what they become, and when a program starts plainly instead.

use guest::{
    ExitStatus, GuestFrame, HostFrame, Payload, Prepare, RequestId, Rlimits, SourceFile, StandbyId,
    Start, Stdin, TerminalSize, VERSION,
};

use crate::host::{Host, Said};

/// A standby that does what the order says about standard input, then runs `$0`.
const STUB: &str = "printf r >&3; read stdin length <&3 || exit 9; \
                    [ $stdin = null ] && exec </dev/null; eval \"$0\"";

fn shell(standby: u64, stub: &str, body: &str) -> Prepare {
    Prepare {
        standby: StandbyId(standby),
        executable: "sh".to_owned(),
        argv: ["sh", "-c", stub, body].map(str::to_owned).into(),
        env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
        cwd: "/".to_owned(),
        rlimits: Rlimits { open_files: Some(1024), ..Rlimits::default() },
        attachment: Payload::from(b"attached".as_slice()),
        is_kept: false,
    }
}

/// What the guest says about a standby next: nothing, or why it failed.
fn news(host: &mut Host, id: u64) -> Option<String> {
    host.find(|frame| match frame {
        GuestFrame::StandbyReady { standby } if standby.0 == id => Some(None),
        GuestFrame::StandbyFailed { standby, reason } if standby.0 == id => {
            Some(Some(reason.clone()))
        }
        _ => None,
    })
}

pub(crate) fn ready(host: &mut Host, id: u64, body: &str) {
    host.send(&HostFrame::Prepare(shell(id, STUB, body)));
    assert_eq!(news(host, id), None);
}

/// A start that says `plain` unless the standby takes it.
fn taking(host: &mut Host, id: u64) -> Start {
    let mut start = host.shell("echo plain");
    start.standby = Some(StandbyId(id));
    start
}

pub(crate) fn stdout(said: &Said) -> &str {
    std::str::from_utf8(&said.stdout).unwrap()
}

#[test]
fn a_standby_becomes_the_program() {
    let mut host = Host::start();
    ready(&mut host, 1, "echo out; echo err >&2; echo $$; exit 3");
    let start = taking(&mut host, 1);
    let pid = host.begin(&start);
    let said = host.until_exit(start.program);
    assert_eq!(stdout(&said), format!("out\n{pid}\n"));
    assert_eq!(said.stderr, b"err\n");
    assert_eq!(said.exited.status, ExitStatus::Code(3));
}

#[test]
fn the_order_holds_directory_arguments_and_environment() {
    let mut host = Host::start();
    ready(&mut host, 1, "echo $stdin; head -c $length <&3 | tr '\\0' '|'; cat <&3; cat <&4");
    let mut start = taking(&mut host, 1);
    start.cwd = "/usr".to_owned();
    start.argv = ["run", "a b", ""].map(str::to_owned).into();
    start.env = vec![("A".to_owned(), "1\n2".to_owned()), ("B".to_owned(), String::new())];
    let said = host.run(&start);
    assert_eq!(stdout(&said), "null\n/usr|3|run|a b||A=1\n2|B=|attached");
}

#[test]
fn a_standby_is_used_once() {
    let mut host = Host::start();
    ready(&mut host, 1, "echo standby");
    let first = taking(&mut host, 1);
    let second = taking(&mut host, 1);
    assert_eq!(stdout(&host.run(&first)), "standby\n");
    assert_eq!(stdout(&host.run(&second)), "plain\n");
}

#[test]
fn a_standby_holds_its_own_descriptors_and_the_limits_of_a_program() {
    let mut host = Host::start();
    ready(&mut host, 1, "ls /proc/self/fd | tr '\\n' ' '; ulimit -c; ulimit -n");
    let start = taking(&mut host, 1);
    // The last is the directory that `ls` reads.
    assert_eq!(stdout(&host.run(&start)), "0 1 2 3 4 5 0\n1024\n");
}

#[test]
fn input_reaches_a_standby_as_it_reaches_others() {
    let mut host = Host::start();
    ready(&mut host, 1, "cat; echo end");
    let mut start = taking(&mut host, 1);
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    host.stdin(start.program, b"one\n");
    host.send(&HostFrame::StdinEof { program: start.program });
    assert_eq!(stdout(&host.until_exit(start.program)), "one\nend\n");
    ready(&mut host, 2, "cat; echo end");
    let start = taking(&mut host, 2);
    assert_eq!(stdout(&host.run(&start)), "end\n");
}

#[test]
fn a_source_is_there_when_its_program_begins_and_without_it_nothing_begins() {
    let mut host = Host::start();
    let path = host.workspace.path().join("dir/source").to_string_lossy().into_owned();
    ready(&mut host, 1, &format!("cat {path}"));
    let source = |path: &str| SourceFile {
        request: RequestId(70),
        path: path.to_owned(),
        mode: 0o640,
        bytes: Payload::from(b"the source".as_slice()),
    };
    let start = taking(&mut host, 1);
    let program = start.program;
    host.send(&HostFrame::StartWith { source: source("dir/source"), start });
    assert_eq!(host.receive(), GuestFrame::FileDone { request: RequestId(70) });
    assert_eq!(stdout(&host.until_exit(program)), "the source");
    ready(&mut host, 2, "echo standby");
    let start = taking(&mut host, 2);
    let program = start.program;
    host.send(&HostFrame::StartWith { source: source("dir"), start: start.clone() });
    let failed = host.find(|frame| match frame {
        GuestFrame::FileFailed { request, errno, .. } => Some((request.0, *errno)),
        _ => None,
    });
    assert_eq!(failed, (70, libc::EISDIR));
    let failed = host.find(|frame| match frame {
        GuestFrame::StartFailed { program: it, errno, step } if *it == program => {
            Some((*errno, *step))
        }
        _ => None,
    });
    assert_eq!(failed, (libc::EISDIR, guest::StartStep::Source));
    // Its standby went with it.
    let again = taking(&mut host, 2);
    assert_eq!(stdout(&host.run(&again)), "plain\n");
}

#[test]
fn what_a_standby_cannot_become_starts_plainly() {
    let mut host = Host::start();
    let terminal = TerminalSize { rows: 24, columns: 80 };
    let mut change = |id, change: &dyn Fn(&mut Start), said: &str| {
        ready(&mut host, id, "echo standby");
        let mut start = taking(&mut host, id);
        change(&mut start);
        assert_eq!(stdout(&host.run(&start)), said);
    };
    change(1, &|it| it.env.push(("A".to_owned(), String::new())), "standby\n");
    change(2, &|it| it.terminal = Some(terminal), "plain\r\n");
    change(3, &|it| it.rlimits.open_files = Some(1000), "plain\n");
    change(4, &|it| it.argv.push("x".repeat(100_000)), "plain\n");
    ready(&mut host, 5, "echo standby");
    let mut start = taking(&mut host, 5);
    start.cwd = "/nowhere".to_owned();
    host.send(&HostFrame::Start(start));
    let failed = host.find(|frame| match frame {
        GuestFrame::StartFailed { step, .. } => Some(*step),
        _ => None,
    });
    assert_eq!(failed, guest::StartStep::WorkingDirectory);
}

#[test]
fn a_standby_that_fails_is_told_and_replaced_by_a_plain_start() {
    let mut host = Host::start();
    for (id, stub, why) in [
        (1, "echo early; read x <&3", "it wrote to standard output: early\\n"),
        (2, "echo early >&2; read x <&3", "it wrote to standard error: early\\n"),
        (3, "exec >/dev/null; read x <&3", "it closed standard output"),
        (4, "exec 3<&-; sleep 1000", "it broke off"),
    ] {
        host.send(&HostFrame::Prepare(shell(id, stub, "")));
        assert_eq!(news(&mut host, id).as_deref(), Some(why));
        let start = taking(&mut host, id);
        assert_eq!(stdout(&host.run(&start)), "plain\n");
    }
    let mut missing = shell(5, STUB, "");
    missing.executable = "/no/such".to_owned();
    host.send(&HostFrame::Prepare(missing));
    assert!(news(&mut host, 5).unwrap().starts_with("Execute failed"));
}

#[test]
fn a_standby_that_was_killed_is_told_and_replaced() {
    let mut host = Host::start();
    ready(&mut host, 1, "echo standby");
    host.run_shell("kill -9 $(cat /proc/$PPID/task/$PPID/children | tr ' ' '\\n' | head -1)");
    assert!(news(&mut host, 1).is_some());
    let start = taking(&mut host, 1);
    assert_eq!(stdout(&host.run(&start)), "plain\n");
}

#[test]
fn a_discarded_standby_is_gone() {
    let mut host = Host::start();
    ready(&mut host, 1, "echo standby");
    host.send(&HostFrame::Discard { standby: StandbyId(1) });
    let start = taking(&mut host, 1);
    assert_eq!(stdout(&host.run(&start)), "plain\n");
    let said = host.run_shell("cat /proc/$PPID/task/$PPID/children | wc -w");
    assert_eq!(stdout(&said), "1\n");
}

#[test]
fn the_end_of_one_program_leaves_standbys_and_takes_the_tree_of_a_former_one() {
    let mut host = Host::start();
    ready(&mut host, 1, "(setsid sleep 1000 &); echo standby; exit 4");
    ready(&mut host, 2, "echo standby");
    assert_eq!(stdout(&host.run_shell("(setsid sleep 1000 &); echo other")), "other\n");
    let first = taking(&mut host, 1);
    let said = host.run(&first);
    assert_eq!((stdout(&said), said.exited.status), ("standby\n", ExitStatus::Code(4)));
    let second = taking(&mut host, 2);
    assert_eq!(stdout(&host.run(&second)), "standby\n");
    let said = host.run_shell("cat /proc/$PPID/task/$PPID/children | wc -w");
    assert_eq!(stdout(&said), "1\n");
}

#[test]
fn time_before_the_start_is_not_the_programs() {
    let mut host = Host::start();
    let stub = format!("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; {STUB}");
    host.send(&HostFrame::Prepare(shell(1, &stub, "echo standby")));
    assert_eq!(news(&mut host, 1), None);
    let start = taking(&mut host, 1);
    let with_boot = host.shell("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done");
    let (standby, plain) = (host.run(&start).exited, host.run(&with_boot).exited);
    assert!(standby.cpu_us < plain.cpu_us / 2, "{standby:?} {plain:?}");
    assert!(standby.wall_us < plain.wall_us / 2, "{standby:?} {plain:?}");
}

/// Forks a standby as a launcher would, and becomes the guest.
const BIRTH: &str = r#"
import os, resource, socket, sys
(stdin, ours_in), (ours_out, stdout), (ours_err, stderr) = os.pipe(), os.pipe(), os.pipe()
ours, control = socket.socketpair()
pid = os.fork()
if pid == 0:
    os.setsid()
    for number, descriptor in enumerate([stdin, stdout, stderr, control.fileno()]):
        os.dup2(descriptor, number + 50)
    for number in range(4):
        os.dup2(number + 50, number)
    os.closerange(4, 256)
    resource.setrlimit(10, (1 << 40, 1 << 40))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    os.execv('/bin/sh', ['sh', '-c', sys.argv[1], sys.argv[2]])
ends = [pid, ours_in, ours_out, ours_err, ours.fileno()]
for end in ends[1:]:
    os.set_inheritable(end, True)
for end in (stdin, stdout, stderr, control.fileno()):
    os.close(end)
os.execv(sys.argv[3], sys.argv[3:] + ['--standby', ','.join(map(str, ends))])
"#;

#[test]
fn a_guest_born_with_a_standby_uses_it_like_any_other() {
    let Some(python) = ["/usr/bin/python3", "/usr/local/bin/python3"]
        .into_iter()
        .find(|it| std::path::Path::new(it).exists())
    else {
        println!("skipped: the standby's parent is written in Python");
        return;
    };
    let body = "(setsid sleep 1000 &); echo standby; cat; exit 6";
    let guest = env!("CARGO_BIN_EXE_guest");
    let mut host = Host::begun_with(&[python, "-c", BIRTH, STUB, body, guest]);
    host.send(&HostFrame::Hello { version: VERSION, nonce: [7; 16] });
    assert_eq!(host.receive(), GuestFrame::Hello { version: VERSION, nonce: [7; 16] });
    assert_eq!(news(&mut host, 0), None);
    assert_eq!(stdout(&host.run_shell("(setsid sleep 1000 &); echo other")), "other\n");
    let start = taking(&mut host, 0);
    let said = host.run(&start);
    assert_eq!((stdout(&said), said.exited.status), ("standby\n", ExitStatus::Code(6)));
    let said = host.run_shell("cat /proc/$PPID/task/$PPID/children | wc -w");
    assert_eq!(stdout(&said), "1\n");
}
