//! One program after another, each in the kernel that ran those before it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
};

use jupyter_protocol::{
    CompleteRequest, ExecuteReply, ExecuteRequest, InputReply, InputRequest, JupyterMessage,
    JupyterMessageContent, Media, Payload, ReplyStatus, Stdio,
};
use serde_json::{Value, json};
use tokio::{signal::unix::Signal, task::block_in_place};

use crate::{
    Failure,
    control::{Control, Order},
    kernel::{Kernel, Parts, answers, ended, is_idle},
};

/// How shells number a program that ended by an interrupt.
const INTERRUPTED: i32 = 130;

pub(crate) struct Turns {
    kernel: Kernel,
    interrupts: Signal,
    count: u64,
}

impl Turns {
    pub(crate) fn new(kernel: Kernel, interrupts: Signal) -> Self {
        Self { kernel, interrupts, count: 0 }
    }

    /// Carries out an order, and gives the exit code.
    pub(crate) async fn take(&mut self, order: Order, control: &Control) -> Result<i32, Failure> {
        self.count += 1;
        let request = match &order.arguments[..] {
            [word, at, text] if word == "complete" => {
                let cursor_pos = at.parse().map_err(|_| Failure::Order)?;
                CompleteRequest { code: text.clone(), cursor_pos }.into()
            }
            [.., path] => ExecuteRequest {
                code: String::from_utf8_lossy(&std::fs::read(path)?).into_owned(),
                silent: false,
                store_history: true,
                user_expressions: None,
                allow_stdin: order.stdin.is_some(),
                stop_on_error: false,
            }
            .into(),
            [] => return Err(Failure::Order),
        };
        let mut show = Show::new(control, self.count);
        let mut input = order.stdin.map(|it| BufReader::new(File::from(it)));
        self.run(request, &mut show, input.as_mut()).await
    }

    async fn run(
        &mut self,
        request: JupyterMessage,
        show: &mut Show<'_>,
        mut input: Option<&mut BufReader<File>>,
    ) -> Result<i32, Failure> {
        let id = request.header.msg_id.clone();
        self.kernel.shell.send(request).await?;
        let (mut code, mut idle) = (None, false);
        while code.is_none() || !idle {
            let Parts { child, iopub, shell, stdin, log } = self.kernel.parts();
            tokio::select! {
                biased;
                message = iopub.read() => {
                    let message = message?;
                    idle |= answers(&message, &id) && is_idle(&message.content);
                    block_in_place(|| show.content(message.content))?;
                }
                message = shell.read() => {
                    let message = message?;
                    if answers(&message, &id) {
                        code = Some(block_in_place(|| show.reply(message.content))?);
                    }
                }
                message = stdin.read() => {
                    if let JupyterMessageContent::InputRequest(asked) = message?.content {
                        let value = block_in_place(|| answer(&asked, input.as_deref_mut()))?;
                        stdin.send(InputReply { value, ..InputReply::default() }.into()).await?;
                    }
                }
                _ = self.interrupts.recv() => self.kernel.interrupt().await?,
                status = child.wait() => return Err(ended(status, log)),
            }
        }
        Ok(code.unwrap_or_default())
    }
}

/// Reads the answer to a question. At the end of the input there is none, which is an empty one.
fn answer(asked: &InputRequest, input: Option<&mut BufReader<File>>) -> io::Result<String> {
    print(&asked.prompt)?;
    let mut line = String::new();
    if let Some(input) = input {
        input.read_line(&mut line)?;
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// What a program shows, on its way to the host.
struct Show<'c> {
    control: &'c Control,
    turn: u64,
    /// Things shown since the output was last cleared. Those that come after take their places.
    shown: u64,
}

impl<'c> Show<'c> {
    fn new(control: &'c Control, turn: u64) -> Self {
        Self { control, turn, shown: 0 }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most messages are none of a reader's")]
    fn content(&mut self, content: JupyterMessageContent) -> io::Result<()> {
        match content {
            JupyterMessageContent::StreamContent(it) => match it.name {
                Stdio::Stdout => print(&it.text),
                Stdio::Stderr => complain(&it.text),
            },
            // The word of a program to exit is not a failure that needs words.
            JupyterMessageContent::ErrorOutput(it) if it.ename == "SystemExit" => Ok(()),
            JupyterMessageContent::ErrorOutput(it) => {
                let text = if it.traceback.is_empty() {
                    format!("{}: {}\n", it.ename, it.evalue)
                } else {
                    it.traceback.join("\n") + "\n"
                };
                complain(&text)
            }
            JupyterMessageContent::DisplayData(it) => {
                self.display(&it.data, it.transient.and_then(|it| it.display_id))
            }
            JupyterMessageContent::ExecuteResult(it) => {
                self.display(&it.data, it.transient.and_then(|it| it.display_id))
            }
            JupyterMessageContent::UpdateDisplayData(it) => {
                self.display(&it.data, it.transient.display_id)
            }
            JupyterMessageContent::ClearOutput(_) => {
                self.shown = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn display(&mut self, data: &Media, id: Option<String>) -> io::Result<()> {
        let bundle = serde_json::to_value(data)?;
        let id = id.unwrap_or_else(|| {
            self.shown += 1;
            format!("shown-{}-{}", self.turn, self.shown)
        });
        self.control.say(&json!({ "display": bundle, "id": id }))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "two replies answer what is asked")]
    /// Passes on what a reply brings, and gives the exit code that it stands for.
    fn reply(&mut self, content: JupyterMessageContent) -> io::Result<i32> {
        match content {
            JupyterMessageContent::ExecuteReply(reply) => {
                for payload in &reply.payload {
                    if let Payload::Page { data, .. } = payload {
                        self.display(data, None)?;
                    }
                }
                Ok(code_of(&reply))
            }
            JupyterMessageContent::CompleteReply(reply) => {
                let found: Vec<_> = reply.matches.into_iter().map(Value::from).collect();
                let (from, to) = (reply.cursor_start, reply.cursor_end);
                self.control.say(&json!({ "completions": found, "from": from, "to": to }))?;
                Ok(0)
            }
            _ => Ok(0),
        }
    }
}

/// The exit code that a program of the same language would have ended with.
fn code_of(reply: &ExecuteReply) -> i32 {
    match (&reply.status, &reply.error) {
        (ReplyStatus::Ok, _) => 0,
        (_, Some(error)) if error.ename == "KeyboardInterrupt" => INTERRUPTED,
        (_, Some(error)) if error.ename == "SystemExit" => match error.evalue.as_str() {
            "" | "None" => 0,
            code => code.parse().map_or(1, |it: i32| it & 0xff),
        },
        _ => 1,
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn complain(text: &str) -> io::Result<()> {
    io::stderr().lock().write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use jupyter_protocol::ReplyError;

    use super::*;

    fn failed(ename: &str, evalue: &str) -> i32 {
        let error = ReplyError { ename: ename.into(), evalue: evalue.into(), traceback: vec![] };
        let error = Some(Box::new(error));
        code_of(&ExecuteReply { status: ReplyStatus::Error, error, ..ExecuteReply::default() })
    }

    #[test]
    fn a_reply_stands_for_an_exit_code() {
        assert_eq!(code_of(&ExecuteReply::default()), 0);
        assert_eq!(failed("NameError", "x"), 1);
        assert_eq!(failed("KeyboardInterrupt", ""), 130);
        assert_eq!(failed("SystemExit", "3"), 3);
        assert_eq!(failed("SystemExit", "None"), 0);
        assert_eq!(failed("SystemExit", "bye"), 1);
    }
}
