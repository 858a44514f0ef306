//! A blocking host for the real guest program.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{Child, Command, ExitStatus as GuestStatus},
    time::Duration,
};

use guest::{
    Decoder, Exited, GuestFrame, HostFrame, OnExcess, Payload, ProgramId, Rlimits, Start, Stdin,
    VERSION, encode,
};

/// A guest that hangs must fail the test, not stop it. Never reached otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Host {
    pub(crate) guest: Child,
    pub(crate) link: UnixStream,
    decoder: Decoder<GuestFrame>,
    /// Received while waiting for something else.
    skipped: VecDeque<GuestFrame>,
    pub(crate) workspace: tempfile::TempDir,
    next: u64,
}

/// All a program said until its end.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) truncated: usize,
    pub(crate) exited: Exited,
}

impl Host {
    pub(crate) fn start() -> Self {
        let mut host = Self::without_hello();
        host.send(&HostFrame::Hello { version: VERSION, nonce: [7; 16] });
        assert_eq!(host.receive(), GuestFrame::Hello { version: VERSION, nonce: [7; 16] });
        host
    }

    pub(crate) fn without_hello() -> Self {
        Self::begun_with(&[env!("CARGO_BIN_EXE_guest")])
    }

    /// A guest that is pid 1 of a pid namespace, or `None` where such cannot be made.
    pub(crate) fn start_as_init() -> Option<Self> {
        let mut host = Self::begun_with(&[
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            env!("CARGO_BIN_EXE_guest"),
        ]);
        let mut hello = Vec::new();
        encode(&HostFrame::Hello { version: VERSION, nonce: [7; 16] }, &mut hello).unwrap();
        // Nobody reads it if `unshare` failed.
        host.link.write_all(&hello).ok()?;
        host.try_receive()?;
        Some(host)
    }

    /// A guest begun by another program, which gets the guest's command as its last arguments.
    pub(crate) fn begun_with(command: &[&str]) -> Self {
        let workspace = tempfile::tempdir().unwrap();
        let (link, theirs) = UnixStream::pair().unwrap();
        link.set_read_timeout(Some(PATIENCE)).unwrap();
        let guest = spawn(command, theirs.into(), workspace.path());
        let decoder = Decoder::default();
        Self { guest, link, decoder, skipped: VecDeque::new(), workspace, next: 0 }
    }

    /// Sends a frame to a guest that may have refused the one before and ended.
    pub(crate) fn offer(&mut self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).unwrap();
        if let Err(error) = self.link.write_all(&bytes) {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
        }
    }

    pub(crate) fn send(&mut self, frame: &HostFrame) {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes).unwrap();
        self.link.write_all(&bytes).unwrap();
    }

    /// The next frame from the link, or `None` at its end.
    fn read_link(&mut self) -> Option<GuestFrame> {
        loop {
            if let Some(frame) = self.decoder.next().unwrap() {
                return Some(frame);
            }
            let mut buffer = [0; 64 * 1024];
            match self.link.read(&mut buffer) {
                Ok(0) => return None,
                Ok(count) => self.decoder.push(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("the guest says nothing: {error}"),
            }
        }
    }

    pub(crate) fn receive(&mut self) -> GuestFrame {
        self.try_receive().expect("the guest is there")
    }

    pub(crate) fn try_receive(&mut self) -> Option<GuestFrame> {
        self.skipped.pop_front().or_else(|| self.read_link())
    }

    /// The first frame that `pick` takes; what it leaves is kept for later, in order.
    pub(crate) fn find<T>(&mut self, mut pick: impl FnMut(&GuestFrame) -> Option<T>) -> T {
        for (index, frame) in self.skipped.iter().enumerate() {
            if let Some(found) = pick(frame) {
                self.skipped.remove(index);
                return found;
            }
        }
        loop {
            let frame = self.read_link().expect("the guest is there");
            if let Some(found) = pick(&frame) {
                return found;
            }
            self.skipped.push_back(frame);
        }
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A start request with a window that is never exhausted.
    pub(crate) fn program(&mut self, argv: &[&str]) -> Start {
        Start {
            program: ProgramId(self.next_id()),
            argv: argv.iter().map(ToString::to_string).collect(),
            env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
            cwd: "/".to_owned(),
            stdin: Stdin::Null,
            terminal: None,
            rlimits: Rlimits { open_files: Some(1024), ..Rlimits::default() },
            timeout_ms: None,
            output_limit: u64::MAX,
            on_excess: OnExcess::Drop,
            window: u32::MAX,
            standby: None,
            lingers: false,
            cpu_limit_us: None,
        }
    }

    pub(crate) fn shell(&mut self, script: &str) -> Start {
        self.program(&["sh", "-c", script])
    }

    /// Starts a program, which must succeed, and returns its pid.
    pub(crate) fn begin(&mut self, start: &Start) -> u32 {
        self.send(&HostFrame::Start(start.clone()));
        let id = start.program;
        self.find(|frame| match frame {
            GuestFrame::Started { program, pid } if *program == id => Some(*pid),
            GuestFrame::StartFailed { program, .. } if *program == id => panic!("{frame:?}"),
            _ => None,
        })
    }

    pub(crate) fn run(&mut self, start: &Start) -> Said {
        self.begin(start);
        self.until_exit(start.program)
    }

    pub(crate) fn run_shell(&mut self, script: &str) -> Said {
        let start = self.shell(script);
        self.run(&start)
    }

    pub(crate) fn until_exit(&mut self, id: ProgramId) -> Said {
        let (mut stdout, mut stderr, mut truncated) = (Vec::new(), Vec::new(), 0);
        let exited = self.find(|frame| {
            match frame {
                GuestFrame::Stdout { program, bytes } if *program == id => {
                    stdout.extend_from_slice(&bytes.0);
                }
                GuestFrame::Stderr { program, bytes } if *program == id => {
                    stderr.extend_from_slice(&bytes.0);
                }
                GuestFrame::Truncated { program } if *program == id => truncated += 1,
                GuestFrame::Exited(exited) if exited.program == id => return Some(*exited),
                _ => {}
            }
            None
        });
        self.forget(id);
        Said { stdout, stderr, truncated, exited }
    }

    /// Waits until the program's standard output holds `wanted`, and returns all of it so far.
    pub(crate) fn until_stdout(&mut self, id: ProgramId, wanted: &str) -> String {
        let mut stdout = Vec::new();
        self.find(|frame| match frame {
            GuestFrame::Stdout { program, bytes } if *program == id => {
                stdout.extend_from_slice(&bytes.0);
                let text = String::from_utf8_lossy(&stdout).into_owned();
                text.contains(wanted).then_some(text)
            }
            GuestFrame::Exited(exited) if exited.program == id => panic!("{stdout:?} {exited:?}"),
            _ => None,
        })
    }

    /// Bytes of standard output that were received and not looked at.
    pub(crate) fn kept_stdout(&mut self, id: ProgramId) -> usize {
        let kept = self.skipped.iter().map(|frame| match frame {
            GuestFrame::Stdout { program, bytes } if *program == id => bytes.0.len(),
            _ => 0,
        });
        kept.sum()
    }

    /// Drops kept output of a program that has ended or was read.
    pub(crate) fn forget(&mut self, id: ProgramId) {
        self.skipped.retain(|frame| {
            !matches!(frame, GuestFrame::Stdout { program, .. } | GuestFrame::Stderr { program, .. } | GuestFrame::Truncated { program } if *program == id)
        });
    }

    pub(crate) fn stdin(&mut self, program: ProgramId, bytes: &[u8]) {
        self.send(&HostFrame::Stdin { program, bytes: Payload::from(bytes) });
    }

    /// Waits for the guest's own end.
    pub(crate) fn guest_ends(mut self) -> GuestStatus {
        while self.try_receive().is_some() {}
        self.guest.wait().unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // The guest ends with its link, and takes its programs along.
        self.link.shutdown(std::net::Shutdown::Both).ok();
        self.guest.wait().ok();
    }
}

#[expect(clippy::disallowed_methods, reason = "the program under test is started as a child")]
fn spawn(command: &[&str], link: OwnedFd, workspace: &Path) -> Child {
    Command::new(command[0])
        .args(&command[1..])
        .args(["--link", "0", "--workspace"])
        .arg(workspace)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(link)
        .spawn()
        .unwrap()
}
