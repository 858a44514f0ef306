//! Transcripts: commands behind prompts with what they print, which a test can hold them to.
//!
//! `$ command` with `> ` for its further lines, or `>>> ` and `... `; below it what it prints, and `[3]`
//! where it ends with that exit code. Also what a document expects of a block as a whole, in an
//! `output` fence or behind `<!-- output -->`. Nothing is run here; [`matches`] and [`difference`] compare
//! what somebody else has run.

use std::{collections::HashSet, ops::Range, time::Duration};

use crate::{
    block::{Block, BlockId, BlockKind},
    code::{Prompts, Reader, prompts},
    document::Document,
    notebook::{self, Comment},
    options,
    plan::Selection,
    runtime::Runtime,
};

mod compare;

pub use compare::{Rules, difference, matches};

/// Something in a document that a test runs, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Check<'d> {
    /// A block that runs as a whole. Nothing is said of its output without `expected`.
    Run { block: &'d Block, expected: Option<Expected<'d>> },
    /// One command of a transcript.
    Step { block: &'d Block, step: Step },
}

/// Lines that a program should print.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected<'d> {
    /// The block whose body they stand in.
    pub block: &'d Block,
    /// Of its body, counted from 0.
    pub lines: Range<usize>,
    pub text: Vec<String>,
    pub rules: Rules,
}

/// A command and what it should print.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub runtime: Runtime,
    pub code: String,
    /// Line of the document, counted from 1.
    pub line: usize,
    /// Where the expected output stands in the block's body, with the line of the exit code.
    pub lines: Range<usize>,
    pub expected: Vec<String>,
    /// Zero where nothing is written.
    pub exit_code: i32,
    /// Runs, whatever it prints.
    pub passes: bool,
    pub timeout: Option<Duration>,
    pub rules: Rules,
}

impl Document {
    /// All that a test of this document runs, in the order of the text, but each block after what it needs.
    /// `text` is what it came from.
    #[must_use]
    pub fn checks<'d>(&'d self, text: &str) -> Vec<Check<'d>> {
        let planned = self.plan(&Selection::All, |_| false).unwrap_or_default();
        let mut waiting: HashSet<&BlockId> = planned.iter().map(|it| &it.block.id).collect();
        let mut planned = planned.into_iter().map(|it| it.block);
        let mut checks = Checks { document: self, text, all: Vec::new() };
        for block in &self.blocks {
            // What it needs stands before it in the plan.
            while waiting.contains(&block.id)
                && let Some(next) = planned.next()
            {
                waiting.remove(&next.id);
                checks.add(next);
            }
            if !block.is_runnable() {
                checks.add(block);
            }
        }
        checks.all
    }
}

struct Checks<'d, 't> {
    document: &'d Document,
    text: &'t str,
    all: Vec<Check<'d>>,
}

impl<'d> Checks<'d, '_> {
    fn add(&mut self, block: &'d Block) {
        if is_skipped(self.text, block) {
            return;
        }
        if let Some((runtime, prompts)) = prompts_of(self.document, block) {
            let captures = self.text.contains("byexample");
            let steps = Steps { block, runtime, prompts, captures }.read();
            self.all.extend(steps.into_iter().map(|step| Check::Step { block, step }));
        } else if block.is_runnable() {
            let at = self.document.blocks.iter().position(|it| it.id == block.id);
            let next = at.and_then(|at| self.document.blocks.get(at + 1));
            let expected = next.and_then(|it| expected(self.text, block, it));
            self.all.push(Check::Run { block, expected });
        }
    }
}

/// The prompts of a block that is a transcript, and what runs its commands.
fn prompts_of(document: &Document, block: &Block) -> Option<(Runtime, Prompts)> {
    const SHELLS: [&str; 6] =
        ["console", "shell-session", "sh-session", "session", "terminal", "cram"];
    const PYTHONS: [&str; 3] = ["pycon", "doctest", "python-repl"];
    let is_code = matches!(block.kind, BlockKind::Code { .. });
    let policy = document.front_matter.as_ref().and_then(|it| it.run);
    let is_for_readers = block.is_closed()
        && is_code
        && !block.info.starts_with('{')
        && policy != Some(crate::policy::RunPolicy::None)
        && !block.info.starts_with("runnable");
    let language = block.language.as_deref().unwrap_or_default().to_ascii_lowercase();
    let runtime = block.runtime.or_else(|| {
        if PYTHONS.contains(&language.as_str()) {
            return Some(Runtime::Python);
        }
        SHELLS.contains(&language.as_str()).then_some(Runtime::Bash)
    });
    let tags = &block.options.tags;
    if !is_for_readers || options::never_runs(&block.attributes, &[], tags) {
        return None;
    }
    let runtime = runtime?;
    prompts(block.body(), runtime).map(|it| (runtime, it))
}

/// Whether the comment right before says so, as `mdx` writes it.
fn is_skipped(text: &str, block: &Block) -> bool {
    let before = text[..block.span.start].trim_end();
    let comment = before.strip_suffix("-->").and_then(|it| it.rsplit_once("<!--"));
    comment.is_some_and(|(_, words)| {
        words.trim().strip_prefix("$MDX").is_some_and(|it| {
            it.split([',', ' ']).any(|it| it == "skip" || it == "non-deterministic")
        })
    })
}

/// The fence below a block, if it says what the block prints.
fn expected<'d>(text: &str, block: &Block, next: &'d Block) -> Option<Expected<'d>> {
    let between = text[block.span.end..next.span.start].trim();
    let said = match between {
        "" => notebook::is_output(next),
        // Pictures and tables are for people; a test compares what is printed.
        comment => notebook::comment_at(comment).is_some_and(|it| match it {
            Comment::Output(values) => values.is_empty(),
            Comment::Cell(_) => false,
        }),
    };
    if !said || !next.is_closed() {
        return None;
    }
    let lines: Vec<_> = next.body().lines().map(str::to_owned).collect();
    Some(Expected { block: next, lines: 0..lines.len(), text: lines, rules: Rules::default() })
}

/// Reads the steps of one block.
struct Steps<'d> {
    block: &'d Block,
    runtime: Runtime,
    prompts: Prompts,
    /// Whether `<name>` stands for anything, as `byexample` has it.
    captures: bool,
}

impl Steps<'_> {
    fn read(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut reader = Reader::default();
        for (number, line) in self.block.body().lines().enumerate() {
            let begins = !reader.continues() && self.begins(line);
            let code = reader.line(line, self.prompts);
            match (code, steps.last_mut()) {
                (Some(code), _) if begins => steps.push(self.step(code, number)),
                (Some(code), Some(step)) if step.expected.is_empty() => {
                    step.code.push('\n');
                    step.code.push_str(code);
                    step.lines = number + 1..number + 1;
                }
                (_, Some(step)) => {
                    step.expected.push(line.to_owned());
                    step.lines.end = number + 1;
                }
                (_, None) => {}
            }
        }
        for step in &mut steps {
            self.finish(step);
        }
        steps.retain(|it| !it.code.trim().is_empty() && !has_option(&it.code, &["skip"]));
        steps
    }

    fn begins(&self, line: &str) -> bool {
        line.starts_with(self.prompts.first) || line == self.prompts.first.trim_end()
    }

    fn step(&self, code: &str, number: usize) -> Step {
        Step {
            runtime: self.runtime,
            code: code.to_owned(),
            line: self.block.line + 1 + number,
            lines: number + 1..number + 1,
            expected: Vec::new(),
            exit_code: 0,
            passes: false,
            timeout: None,
            rules: Rules::default(),
        }
    }

    fn finish(&self, step: &mut Step) {
        while step.expected.last().is_some_and(|it| it.trim().is_empty()) {
            step.expected.pop();
            step.lines.end -= 1;
        }
        let code = step.expected.last().and_then(|it| {
            let inner = it.trim().strip_prefix('[')?.strip_suffix(']')?;
            inner.parse::<i32>().ok()
        });
        if let Some(code) = code.filter(|_| self.runtime == Runtime::Bash) {
            step.exit_code = code;
            step.expected.pop();
        }
        step.passes = has_option(&step.code, &["pass"]);
        step.rules = Rules {
            any_space: has_option(&step.code, &["norm-ws", "NORMALIZE_WHITESPACE"]),
            captures: self.captures,
            inline_dots: self.runtime == Runtime::Python,
        };
        step.timeout = option_words(&step.code).find_map(|it| {
            let seconds = it.strip_prefix("+timeout=")?.parse::<f64>().ok()?;
            Duration::try_from_secs_f64(seconds).ok()
        });
        if self.runtime == Runtime::Bash {
            step.code = joined(&step.code);
        }
    }
}

/// The words behind `# byexample:` or `# doctest:`.
fn option_words(code: &str) -> impl Iterator<Item = &str> {
    let comments = code.lines().filter_map(|line| {
        let (_, rest) = line.split_once("byexample:").or_else(|| line.split_once("doctest:"))?;
        Some(rest)
    });
    comments.flat_map(str::split_whitespace)
}

fn has_option(code: &str, names: &[&str]) -> bool {
    option_words(code).any(|word| {
        word.strip_prefix('+')
            .is_some_and(|it| names.iter().any(|name| it.eq_ignore_ascii_case(name)))
    })
}

/// Lines of a here-document that end in the backslash which `mdx` puts where a command goes on.
fn joined(code: &str) -> String {
    let mut lines = code.lines();
    let first = lines.next().unwrap_or_default();
    if !first.contains("<<") || !first.ends_with('\\') {
        return code.to_owned();
    }
    let rest = lines.map(|it| it.strip_suffix('\\').unwrap_or(it));
    let first = first.trim_end_matches('\\');
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn steps(text: &str) -> Vec<(String, Vec<String>, i32)> {
        let document = parse(text);
        let steps = document.checks(text).into_iter().map(|it| match it {
            Check::Step { step, .. } => (step.code, step.expected, step.exit_code),
            Check::Run { block, .. } => panic!("{block:?}"),
        });
        steps.collect()
    }

    #[test]
    fn commands_their_output_and_exit_codes_are_read() {
        let text = "```console\n$ echo a\na\n$ f() {\n> x\n> }\n\n$ exit 3\nbye\n[3]\n```\n";
        assert_eq!(
            steps(text),
            [
                ("echo a".to_owned(), vec!["a".to_owned()], 0),
                ("f() {\nx\n}".to_owned(), vec![], 0),
                ("exit 3".to_owned(), vec!["bye".to_owned()], 3),
            ]
        );
    }

    #[test]
    fn here_documents_and_sessions_of_python_are_read() {
        let text = "```sh\n$ cat <<EOF \\\n> a\\\n> EOF\na\n```\n\n```python\n>>> def f():\n...     return 1\n>>> f()\n1\n```\n";
        assert_eq!(
            steps(text),
            [
                ("cat <<EOF \na\nEOF".to_owned(), vec!["a".to_owned()], 0),
                ("def f():\n    return 1".to_owned(), vec![], 0),
                ("f()".to_owned(), vec!["1".to_owned()], 0),
            ]
        );
    }

    #[test]
    fn what_its_author_skips_is_no_check() {
        for text in [
            "```sh\n$ a # byexample: +skip\nb\n```\n",
            "<!-- $MDX skip -->\n```sh\n$ a\n```\n",
            "```sh ignore\n$ a\n```\n",
            "---\nrunbook: {run: none}\n---\n```sh\n$ a\n```\n",
        ] {
            assert_eq!(steps(text), [], "{text}");
        }
    }

    #[test]
    fn a_block_comes_after_what_it_needs() {
        let block = |name: &str, more: &str| {
            format!("```runnable bash name={name} {more}\n{name}\n```\n\n")
        };
        let text = [
            block("a", "needs=c"),
            block("b", ""),
            block("c", ""),
            block("d", "excludeFromRunAll=true"),
        ];
        let text = text.concat();
        let document = parse(&text);
        let names = document.checks(&text).into_iter().map(|it| match it {
            Check::Run { block, .. } => block.name.clone().unwrap_or_default(),
            Check::Step { .. } => panic!(),
        });
        assert_eq!(names.collect::<Vec<_>>(), ["c", "a", "b"]);
    }

    #[test]
    fn an_output_fence_below_a_block_says_what_it_prints() {
        for below in ["```output\n1\n```", "<!-- output -->\n```text\n1\n```"] {
            let text = format!("```runnable python\nprint(1)\n```\n\n{below}\n");
            let document = parse(&text);
            let [Check::Run { expected: Some(expected), .. }] = &document.checks(&text)[..] else {
                panic!("{text}")
            };
            assert_eq!(expected.text, ["1"]);
        }
    }
}
