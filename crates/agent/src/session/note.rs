//! What is shown of an attempt and changes nothing: tools, thoughts, output of scripts and checks.

use serde::{Deserialize, Serialize};

use crate::{harness::Diff, plan::StepNumber};

/// Texts are what a program wrote: hostile, and cut where they are long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// What the agent thought before it spoke.
    Thought {
        text: String,
    },
    /// The agent says in a line what it is doing.
    Progress {
        text: String,
    },
    /// `call` is the harness's id of it.
    ToolCalled {
        call: String,
        tool: String,
        input: String,
    },
    ToolJudged {
        call: String,
        verdict: ToolVerdict,
        why: String,
    },
    ToolEnded {
        call: String,
        output: String,
        failed: bool,
        diff: Option<Diff>,
    },
    /// The model could not be reached and is asked again.
    Retrying {
        attempt: u32,
        why: String,
    },
    /// The pre-execution script has run.
    Script {
        path: String,
        output: String,
        passed: bool,
    },
    /// A check of a step has run; `line` is that of its fence in the plan.
    Check {
        step: StepNumber,
        line: usize,
        output: String,
        passed: bool,
    },
}

/// What the policy said of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolVerdict {
    Allowed,
    Denied,
    /// A person decides.
    Asked,
}

/// Longest text of a note. More of a tool's output helps nobody who reads a conversation.
const MAX_NOTE_BYTES: usize = 16 * 1024;

/// Lines of a diff that are kept.
const MAX_DIFF_LINES: usize = 500;

impl Note {
    /// As it is stored: bounded, and without NUL, which no database takes in a text.
    #[must_use]
    pub(super) fn cleaned(self) -> Self {
        match self {
            Self::Thought { text } => Self::Thought { text: first_of(&text) },
            Self::Progress { text } => Self::Progress { text: first_of(&text) },
            Self::ToolCalled { call, tool, input } => Self::ToolCalled {
                call: first_of(&call),
                tool: first_of(&tool),
                input: first_of(&input),
            },
            Self::ToolJudged { call, verdict, why } => {
                Self::ToolJudged { call: first_of(&call), verdict, why: first_of(&why) }
            }
            Self::ToolEnded { call, output, failed, diff } => Self::ToolEnded {
                call: first_of(&call),
                output: ends_of(&output),
                failed,
                diff: diff.map(shortened),
            },
            Self::Retrying { attempt, why } => Self::Retrying { attempt, why: first_of(&why) },
            Self::Script { path, output, passed } => {
                Self::Script { path, output: ends_of(&output), passed }
            }
            Self::Check { step, line, output, passed } => {
                Self::Check { step, line, output: ends_of(&output), passed }
            }
        }
    }
}

fn first_of(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_NOTE_BYTES)].replace('\0', "")
}

/// The beginning and the end: what a program was asked for stands in the one, why it failed in the other.
fn ends_of(text: &str) -> String {
    if text.len() <= MAX_NOTE_BYTES {
        return text.replace('\0', "");
    }
    let half = MAX_NOTE_BYTES / 2;
    let (first, last) =
        (text.floor_char_boundary(half), text.ceil_char_boundary(text.len() - half));
    let left_out = last - first;
    format!("{}\n… {left_out} bytes are left out …\n{}", &text[..first], &text[last..])
        .replace('\0', "")
}

/// Whole hunks, as long as they fit.
fn shortened(diff: Diff) -> Diff {
    let mut lines = 0;
    let hunks = diff.hunks.into_iter().take_while(|it| {
        lines += it.lines.len();
        lines <= MAX_DIFF_LINES
    });
    let hunks = hunks.map(|mut it| {
        it.lines.iter_mut().for_each(|line| *line = first_of(line));
        it
    });
    Diff { path: first_of(&diff.path), hunks: hunks.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Hunk;

    #[test]
    fn long_output_keeps_its_beginning_and_its_end() {
        let output = format!("first{}last\0", "é".repeat(MAX_NOTE_BYTES));
        let note = Note::Script { path: "s".to_owned(), output, passed: false }.cleaned();
        let Note::Script { output, .. } = note else { panic!() };
        assert!(output.starts_with("first") && output.ends_with("last"), "{output}");
        assert!(output.len() < MAX_NOTE_BYTES + 100 && !output.contains('\0'));
    }

    #[test]
    fn of_a_long_diff_whole_hunks_are_kept() {
        let hunk = |lines: usize| Hunk {
            old_start: 1,
            old_lines: 0,
            new_start: 1,
            new_lines: 0,
            lines: vec!["+a".to_owned(); lines],
        };
        let diff = Diff { path: "a".to_owned(), hunks: vec![hunk(400), hunk(200), hunk(1)] };
        let Note::ToolEnded { diff: Some(kept), .. } = (Note::ToolEnded {
            call: "1".to_owned(),
            output: String::new(),
            failed: false,
            diff: Some(diff),
        })
        .cleaned() else {
            panic!()
        };
        assert_eq!(kept.hunks, [hunk(400)]);
    }
}
