//! Programs on a terminal.

use guest::{ExitStatus, HostFrame, Start, TerminalSize};

use crate::host::Host;

const SIZE: TerminalSize = TerminalSize { rows: 31, columns: 97 };

fn on_terminal(mut start: Start) -> Start {
    start.terminal = Some(SIZE);
    start
}

#[test]
fn a_terminal_is_the_controlling_one_and_has_the_size() {
    let mut host = Host::start();
    let start = on_terminal(
        host.shell("stty size; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo tty >/dev/tty"),
    );
    let said = host.run(&start);
    assert_eq!(String::from_utf8_lossy(&said.stdout), "31 97\r\ntty\r\n");
    assert_eq!(said.exited.status, ExitStatus::Code(0));
}

#[test]
fn what_is_typed_is_echoed_and_read() {
    let mut host = Host::start();
    let start = on_terminal(host.shell("read line; echo \"<$line>\"; cat; echo end"));
    host.begin(&start);
    host.stdin(start.program, b"hello\n");
    let text = host.until_stdout(start.program, "<hello>");
    assert!(text.starts_with("hello\r\n"), "{text}");
    host.send(&HostFrame::StdinEof { program: start.program });
    let said = host.until_exit(start.program);
    assert!(String::from_utf8_lossy(&said.stdout).contains("end"), "{said:?}");
    assert_eq!(said.exited.status, ExitStatus::Code(0));
}

#[test]
fn a_new_size_is_announced_to_the_program() {
    let mut host = Host::start();
    let start = on_terminal(
        host.shell("trap 'stty size; exit 0' WINCH; echo ready; while :; do read x; done"),
    );
    host.begin(&start);
    host.until_stdout(start.program, "ready");
    let size = TerminalSize { rows: 5, columns: 6 };
    host.send(&HostFrame::Resize { program: start.program, size });
    // Ends a `read` that began just before the signal.
    host.stdin(start.program, b"\n");
    let said = host.until_exit(start.program);
    assert!(String::from_utf8_lossy(&said.stdout).contains("5 6\r\n"), "{said:?}");
}

#[test]
fn interrupt_typed_on_the_terminal_reaches_the_program() {
    let mut host = Host::start();
    let start = on_terminal(host.program(&["cat"]));
    host.begin(&start);
    // A shell may swallow the signal between two commands; this one waits for input.
    host.stdin(start.program, b"ready\n");
    host.until_stdout(start.program, "ready\r\nready\r\n");
    host.stdin(start.program, b"\x03");
    assert_eq!(host.until_exit(start.program).exited.status, ExitStatus::Signal(2));
}

#[test]
fn the_last_words_on_a_terminal_are_not_lost() {
    let mut host = Host::start();
    for _ in 0..20 {
        let start = on_terminal(host.shell("seq 1 2000"));
        let said = host.run(&start);
        assert!(said.stdout.ends_with(b"2000\r\n"));
    }
}
