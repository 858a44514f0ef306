//! How a text might go on, as the live kernel of a session knows it. It starts nothing: where no kernel lives,
//! or one is busy, nobody knows.

use document::{BlockId, Kernel as Choice, Runtime};
use model::id::SessionId;
use tokio::sync::oneshot;

use crate::{
    Engine, RunError, kernels, program,
    session::{Message, Question},
};

/// Characters before the cursor that a kernel is told: it looks at the name there and no further.
const TOLD: usize = 2_000;

/// Whose variables count.
#[derive(Clone, Debug)]
pub enum CompletionPlace {
    /// Those that a block of the session's runbook would find.
    Block(String),
    /// Those of a language; `kernel` is as blocks say it.
    Runtime { runtime: String, kernel: Option<String> },
}

/// How a text might go on. Places count UTF-16 code units, as editors do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    pub items: Vec<String>,
    /// What an item takes the place of.
    pub start: usize,
    pub end: usize,
}

impl Engine {
    /// Asks the kernel of a session how a text might go on at `cursor`, in UTF-16 code units.
    ///
    /// # Errors
    ///
    /// When the session has ended, the block is not there, or the store fails.
    pub async fn complete(
        &self,
        session: SessionId,
        place: CompletionPlace,
        code: &str,
        cursor: usize,
    ) -> Result<Completion, RunError> {
        let handle = self.0.handle(session).ok_or(RunError::NoSession)?;
        let (runtime, kernel) = match place {
            CompletionPlace::Runtime { runtime, kernel } => {
                (Runtime::from_language(&runtime), choice(kernel))
            }
            CompletionPlace::Block(id) => {
                let runbook = handle.view.borrow().session.runbook;
                let opened = self.open_runbook(runbook).await?.ok_or(RunError::NoSession)?;
                let block = opened.document.block(&BlockId::new(id.as_str()));
                let block = block.ok_or(RunError::NoBlock { block: id })?;
                (block.runtime, kernels::choice(&opened.document, block))
            }
        };
        let asked = Asked::new(code, cursor);
        let Some(runtime) = runtime else { return Ok(asked.nothing()) };
        let Ok(installed) = program::installed(runtime, &handle.runtimes) else {
            return Ok(asked.nothing());
        };
        // Each kernel counts as the strings of its language do.
        let counts_characters = runtime == Runtime::Python;
        let at = match counts_characters {
            true => asked.text.chars().count(),
            false => units(asked.text),
        };
        let (reply, answer) = oneshot::channel();
        let question =
            Question { kernel, installed: installed.clone(), text: asked.text.to_owned(), at };
        handle.tell(Message::Complete { question: Box::new(question), reply }).await;
        let Ok(Some(said)) = answer.await else { return Ok(asked.nothing()) };
        let place = |at: usize| match counts_characters {
            true => units_of(asked.text.chars().take(at)),
            false => at.min(units(asked.text)),
        };
        let (start, end) = (place(said.from), place(said.to));
        Ok(Completion {
            items: said.completions,
            start: asked.offset + start.min(end),
            end: asked.offset + end,
        })
    }
}

fn choice(kernel: Option<String>) -> Choice {
    match kernel.as_deref() {
        None | Some("keep") => Choice::Keep,
        Some("fresh") => Choice::Fresh,
        Some(_) => kernel.map_or(Choice::Keep, Choice::Named),
    }
}

/// The end of what stands before a cursor.
struct Asked<'a> {
    text: &'a str,
    /// Where that begins, in UTF-16 code units.
    offset: usize,
}

impl<'a> Asked<'a> {
    fn new(code: &'a str, cursor: usize) -> Self {
        let mut counted = 0;
        let end = code.char_indices().find(|(_, it)| {
            counted += it.len_utf16();
            counted > cursor
        });
        let before = &code[..end.map_or(code.len(), |it| it.0)];
        let begin = before.char_indices().rev().nth(TOLD - 1).map_or(0, |it| it.0);
        Self { text: &before[begin..], offset: units(&before[..begin]) }
    }

    fn nothing(&self) -> Completion {
        let cursor = self.offset + units(self.text);
        Completion { items: Vec::new(), start: cursor, end: cursor }
    }
}

fn units(text: &str) -> usize {
    units_of(text.chars())
}

fn units_of(text: impl Iterator<Item = char>) -> usize {
    text.map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_cursor_is_told_and_no_more_than_is_looked_at() {
        let rows =
            [("abc", 2, "ab", 0), ("a🦀b", 2, "a", 0), ("a🦀b", 3, "a🦀", 0), ("ab", 99, "ab", 0)];
        for (code, cursor, text, offset) in rows {
            let asked = Asked::new(code, cursor);
            assert_eq!((asked.text, asked.offset), (text, offset), "{code} at {cursor}");
        }
        let long = format!("🦀{}", "x".repeat(TOLD));
        let asked = Asked::new(&long, TOLD + 2);
        assert_eq!((asked.text.len(), asked.offset), (TOLD, 2));
        assert_eq!(asked.nothing().start, TOLD + 2);
    }
}
