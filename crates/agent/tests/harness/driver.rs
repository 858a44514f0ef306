//! A process, and the conversation that is had with it.

use std::{
    fs,
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use agent::{
    harness::{
        Assignment, Conversation, Exit, Gateway, Harness, HarnessCommand, HarnessEvent,
        SessionStart, Token,
    },
    policy::{Phase, ToolCall, ToolPolicy},
};

/// How long anything may take on a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(60);

/// Most events of one turn; no scene has nearly as many.
const MOST: usize = 1000;

pub(crate) struct Driver {
    child: Child,
    stdin: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    conversation: Box<dyn Conversation>,
    /// Told and not yet looked at.
    pending: std::collections::VecDeque<HarnessEvent>,
    pub(crate) policy: ToolPolicy,
    phase: Phase,
    ended: bool,
}

pub(crate) fn assignment(home: &Path, phase: Phase, gateway: &str) -> Assignment {
    Assignment {
        phase,
        session: SessionStart::New("0198c0de-0000-4000-8000-000000000001".to_owned()),
        home: home.to_str().unwrap().to_owned(),
        gateway: Gateway { url: gateway.to_owned(), token: Token("session-token".to_owned()) },
        persona: "You do what you are told.".to_owned(),
        servers: std::collections::BTreeMap::new(),
        model: None,
        max_turns: None,
    }
}

impl Driver {
    /// Starts the program as its startup says, in `directory`.
    pub(crate) fn start(harness: &dyn Harness, assignment: &Assignment, directory: &Path) -> Self {
        let startup = harness.startup(assignment);
        for file in &startup.files {
            fs::create_dir_all(Path::new(&file.path).parent().unwrap()).unwrap();
            fs::write(&file.path, &file.content).unwrap();
        }
        #[expect(clippy::disallowed_methods, reason = "a test may start the program that it tests")]
        let mut child = Command::new(&startup.program)
            .args(&startup.arguments)
            .env_clear()
            .envs(&startup.environment)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(Path::new(&assignment.home).join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let (sender, output) = channel();
        let mut stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        let conversation = harness.conversation(assignment);
        let mut driver = Self {
            child,
            stdin,
            output,
            conversation,
            pending: std::collections::VecDeque::new(),
            policy: ToolPolicy::default(),
            phase: assignment.phase,
            ended: false,
        };
        driver.flush();
        driver
    }

    fn flush(&mut self) {
        let bytes = self.conversation.outbox();
        if let Some(stdin) = &mut self.stdin {
            // A program that has ended reads nothing more; its end is told by itself.
            let _ = stdin.write_all(&bytes).and_then(|()| stdin.flush());
        }
    }

    pub(crate) fn send(&mut self, command: HarnessCommand) {
        self.pending.extend(self.conversation.send(command).unwrap());
        self.flush();
    }

    pub(crate) fn prompt(&mut self, prompt: &str, text: &str) {
        self.send(HarnessCommand::Prompt { prompt: prompt.to_owned(), text: text.to_owned() });
    }

    /// The next event. Calls that the program proposes are judged by the policy on the way.
    pub(crate) fn next(&mut self) -> HarnessEvent {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(event) = self.pending.pop_front() {
                if let HarnessEvent::ToolProposed { request, call } = &event {
                    let decision = self.policy.decide(self.phase, call);
                    self.send(HarnessCommand::Judge { request: request.clone(), decision });
                }
                return event;
            }
            assert!(!self.ended, "nothing comes after the end");
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.pending.extend(self.conversation.receive(&bytes)),
                Err(RecvTimeoutError::Disconnected) => {
                    let exit = exit(self.child.wait().unwrap());
                    self.pending.extend(self.conversation.ended(exit));
                    self.ended = true;
                }
                Err(RecvTimeoutError::Timeout) => panic!("nothing was told within {LIMIT:?}"),
            }
            self.flush();
        }
    }

    /// All events up to the first that is meant.
    pub(crate) fn until(&mut self, is_meant: impl Fn(&HarnessEvent) -> bool) -> Vec<HarnessEvent> {
        let mut events = Vec::new();
        loop {
            let event = self.next();
            let is_last = is_meant(&event);
            let is_end = matches!(event, HarnessEvent::Ended { .. });
            events.push(event);
            if is_last {
                return events;
            }
            assert!(!is_end, "the program ended before: {events:?}");
            assert!(events.len() < MOST, "it goes on and on: {:?}", &events[MOST - 20..]);
        }
    }

    pub(crate) fn until_turn_ended(&mut self) -> Vec<HarnessEvent> {
        self.until(|it| matches!(it, HarnessEvent::TurnEnded { .. }))
    }

    /// Ends the program by closing its input, and gives what it still told.
    pub(crate) fn close(&mut self) -> Vec<HarnessEvent> {
        self.stdin = None;
        self.until(|it| matches!(it, HarnessEvent::Ended { .. }))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn exit(status: ExitStatus) -> Exit {
    let signal = status.signal().map(Exit::Signal);
    status.code().map(Exit::Code).or(signal).unwrap_or(Exit::Unseen)
}

/// The calls that were proposed.
pub(crate) fn proposed(events: &[HarnessEvent]) -> Vec<ToolCall> {
    let call = |it: &HarnessEvent| {
        let HarnessEvent::ToolProposed { call, .. } = it else { return None };
        Some(call.clone())
    };
    events.iter().filter_map(call).collect()
}

/// What tools gave, and whether they failed.
pub(crate) fn results(events: &[HarnessEvent]) -> Vec<(String, bool)> {
    let result = |it: &HarnessEvent| {
        let HarnessEvent::ToolEnded { text, failed, .. } = it else { return None };
        Some((text.clone(), *failed))
    };
    events.iter().filter_map(result).collect()
}
