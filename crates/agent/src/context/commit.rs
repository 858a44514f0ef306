//! Commit messages.

use crate::{
    session::{State, Task, Work, WorkId},
    visible::{shaped, visible},
};

/// The trailer by which a commit at the forge is known to be a piece of work's.
pub const WORK_TRAILER: &str = "Runbook-Work";

/// What `git log --oneline` shows on one line.
const MAX_SUBJECT_CHARS: usize = 72;
const MAX_BODY_BYTES: usize = 4 * 1024;

/// Somebody who took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoAuthor {
    pub name: String,
    pub email: String,
}

/// `agent_…/17`
#[must_use]
pub fn work_trailer(state: &State, work: WorkId) -> String {
    format!("{}/{work}", state.id)
}

/// Subject, what was asked for, and trailers in the last paragraph, where git looks for them.
#[must_use]
pub fn commit_message(state: &State, work: &Work, authors: &[CoAuthor]) -> String {
    let plan = state.plan.as_deref();
    let step = work.task.step().and_then(|it| plan?.step(it));
    let (subject, body) = match (&work.task, step) {
        (Task::Step { .. }, Some(step)) if !step.title.is_empty() => {
            (step.title.clone(), plan.map(|it| it.body(step)).unwrap_or_default())
        }
        (Task::Step { step }, _) => (format!("Carry out step {step}"), String::new()),
        // What is asked for may come from the forge, and logs do not belong into history.
        (Task::Revision { .. }, _) => ("Revise after feedback".to_owned(), String::new()),
        (Task::Turn { .. } | Task::Revert { .. } | Task::OpenRequest { .. } | Task::Visit, _) => {
            ("Change what was asked for".to_owned(), String::new())
        }
    };
    let mut message = subject_line(&subject);
    message.push_str("\n\n");
    let body = visible(&body);
    let body = body[..body.floor_char_boundary(MAX_BODY_BYTES)].trim();
    if !body.is_empty() {
        message.push_str(body);
        message.push_str("\n\n");
    }
    message.push_str(&trailers(state, work, authors));
    message
}

fn trailers(state: &State, work: &Work, authors: &[CoAuthor]) -> String {
    let step = work.task.step().map(|it| format!("Runbook-Step: {it}\n"));
    let work = format!("{WORK_TRAILER}: {}\n", work_trailer(state, work.id));
    let authors = authors.iter().map(|it| {
        format!("Co-authored-by: {} <{}>\n", in_trailer(&it.name), in_trailer(&it.email))
    });
    step.into_iter().chain([work]).chain(authors).collect()
}

fn subject_line(text: &str) -> String {
    let words = shaped(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MAX_SUBJECT_CHARS {
        return words;
    }
    let cut: String = words.chars().take(MAX_SUBJECT_CHARS - 1).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |it| it.0);
    format!("{whole_words}…")
}

/// One line without the brackets that end a name.
fn in_trailer(text: &str) -> String {
    let text = shaped(text).replace(['<', '>'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
