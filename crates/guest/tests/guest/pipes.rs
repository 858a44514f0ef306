//! A link of two pipes, as containers have it.

use std::{
    io::{PipeReader, PipeWriter, Read, Write, pipe},
    process::{Child, Command},
};

use guest::{Decoder, GuestFrame, HostFrame, OnExcess, Payload, ProgramId, Start, Stdin, VERSION};

struct Pipes {
    guest: Child,
    to_guest: PipeWriter,
    from_guest: PipeReader,
    decoder: Decoder<GuestFrame>,
}

impl Pipes {
    fn start(workspace: &tempfile::TempDir) -> Self {
        let (theirs, to_guest) = pipe().unwrap();
        let (from_guest, ours) = pipe().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the program under test is a child")]
        let guest = Command::new(env!("CARGO_BIN_EXE_guest"))
            .args(["--link", "0,1", "--memory-events", "find", "--workspace"])
            .arg(workspace.path())
            .stdin(theirs)
            .stdout(ours)
            .spawn()
            .unwrap();
        let mut pipes = Self { guest, to_guest, from_guest, decoder: Decoder::default() };
        pipes.send(&HostFrame::Hello { version: VERSION, nonce: [7; 16] });
        assert!(matches!(pipes.receive(), Some(GuestFrame::Hello { .. })));
        pipes
    }

    fn send(&mut self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        guest::encode(frame, &mut bytes).unwrap();
        self.to_guest.write_all(&bytes).unwrap();
    }

    fn receive(&mut self) -> Option<GuestFrame> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(frame) = self.decoder.next().unwrap() {
                return Some(frame);
            }
            match self.from_guest.read(&mut buffer).unwrap() {
                0 => return None,
                count => self.decoder.push(&buffer[..count]),
            }
        }
    }
}

fn cat() -> Start {
    Start {
        program: ProgramId(1),
        argv: vec!["cat".to_owned()],
        env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        cwd: "/".to_owned(),
        stdin: Stdin::Pipe,
        terminal: None,
        rlimits: guest::Rlimits::default(),
        timeout_ms: None,
        output_limit: u64::MAX,
        on_excess: OnExcess::Drop,
        window: u32::MAX,
        standby: None,
        lingers: false,
        cpu_limit_us: None,
    }
}

#[test]
fn a_program_talks_over_two_pipes() {
    let workspace = tempfile::tempdir().unwrap();
    let mut pipes = Pipes::start(&workspace);
    pipes.send(&HostFrame::Start(cat()));
    let bytes = Payload::from(b"word".as_slice());
    pipes.send(&HostFrame::Stdin { program: ProgramId(1), bytes: bytes.clone() });
    pipes.send(&HostFrame::StdinEof { program: ProgramId(1) });
    let mut said = Vec::new();
    loop {
        match pipes.receive().unwrap() {
            GuestFrame::Stdout { bytes, .. } => said.extend(bytes.0),
            GuestFrame::Exited(_) => break,
            _ => {}
        }
    }
    assert_eq!(said, bytes.0);
    pipes.send(&HostFrame::Shutdown);
    assert!(pipes.guest.wait().unwrap().success());
}

#[test]
fn the_guest_ends_when_nobody_writes_to_it_any_more() {
    let workspace = tempfile::tempdir().unwrap();
    let mut pipes = Pipes::start(&workspace);
    pipes.send(&HostFrame::Start(cat()));
    assert!(matches!(pipes.receive(), Some(GuestFrame::Started { .. })));
    drop(pipes.to_guest);
    assert!(pipes.guest.wait().unwrap().success());
}

#[test]
fn the_guest_ends_when_nobody_reads_from_it_any_more() {
    let workspace = tempfile::tempdir().unwrap();
    let mut pipes = Pipes::start(&workspace);
    drop(pipes.from_guest);
    assert!(pipes.guest.wait().unwrap().success());
    drop(pipes.to_guest);
}
