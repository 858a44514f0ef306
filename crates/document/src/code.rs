//! From the body of a fence to what is executed.
//!
//! A seed or notebook cell runs as it stands. Documentation for readers is different: shell
//! commands stand behind `$ ` with their output below, and Rust hides lines behind `# `.

use crate::runtime::Runtime;

/// How the lines of a body relate to its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All lines after so many of a header.
    Verbatim { header: usize },
    /// Lines that begin with the marker are hidden from readers and run without it.
    Hidden { marker: String },
    /// Commands behind prompts.
    Prompts(Prompts),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prompts {
    pub(crate) first: &'static str,
    more: &'static str,
    /// What lines without a prompt are.
    others: Others,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// Output of the command above.
    Output,
    /// Code, as in Runme.
    Code,
}

/// The layout of a body that its dialect shows to readers rather than to an interpreter.
pub(crate) fn documentation(
    body: &str,
    runtime: Option<Runtime>,
    marker: Option<&str>,
    others: Others,
) -> Layout {
    let first = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    match runtime {
        _ if marker.is_some_and(|it| !it.is_empty()) => {
            Layout::Hidden { marker: marker.unwrap_or_default().to_owned() }
        }
        Some(Runtime::Rust) => Layout::Hidden { marker: "#".to_owned() },
        Some(Runtime::Bash) if first.starts_with("$ ") => {
            Layout::Prompts(Prompts { first: "$ ", more: "> ", others })
        }
        Some(Runtime::Python) if first.starts_with(">>> ") => {
            Layout::Prompts(Prompts { first: ">>> ", more: "... ", others: Others::Output })
        }
        _ => Layout::Verbatim { header: 0 },
    }
}

/// The prompts of a body that begins with one.
pub(crate) fn prompts(body: &str, runtime: Runtime) -> Option<Prompts> {
    match documentation(body, Some(runtime), None, Others::Output) {
        Layout::Prompts(prompts) => Some(prompts),
        Layout::Verbatim { .. } | Layout::Hidden { .. } => None,
    }
}

/// Code, and for each of its lines the body line it comes from, counted from 0.
pub(crate) fn derive(body: &str, layout: &Layout) -> (String, Vec<usize>) {
    let mut code = String::with_capacity(body.len());
    let mut origins = Vec::new();
    let mut reader = Reader::default();
    for (number, line) in body.split_inclusive('\n').enumerate() {
        let (content, ending) = line.strip_suffix('\n').map_or((line, ""), |it| (it, "\n"));
        let kept = match layout {
            Layout::Verbatim { header } => (number >= *header).then_some((0, content)),
            Layout::Hidden { marker } => Some(shown(content, marker)),
            Layout::Prompts(prompts) => reader.line(content, *prompts).map(|it| (0, it)),
        };
        if let Some((indent, rest)) = kept {
            code.push_str(&content[..indent]);
            code.push_str(rest);
            code.push_str(ending);
            origins.push(number);
        }
    }
    (code, origins)
}

/// Length of the indentation that stays, and what follows the marker of a hidden line. Rust's `#`
/// hides only alone or before a space, since attributes begin with it too; `##` is a plain `#`.
fn shown<'t>(line: &'t str, marker: &str) -> (usize, &'t str) {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let Some(rest) = trimmed.strip_prefix(marker) else { return (0, line) };
    if marker != "#" || rest.starts_with('#') || rest.is_empty() {
        return (indent, rest);
    }
    rest.strip_prefix(' ').map_or((0, line), |rest| (indent, rest))
}

/// Whether the next line belongs to the command above it.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Output,
    /// After a command: the secondary prompt continues it.
    Command,
    /// The command's line ended in a backslash.
    Continued,
    /// Until a line that is this word.
    Heredoc(String),
}

impl Reader {
    /// The code of a line, or nothing if the line is output.
    pub(crate) fn line<'t>(&mut self, line: &'t str, prompts: Prompts) -> Option<&'t str> {
        let prompted = |prompt: &str| {
            line.strip_prefix(prompt).or_else(|| (line == prompt.trim_end()).then_some(""))
        };
        let kept = match &self.state {
            State::Heredoc(_) | State::Continued => {
                Some(line.strip_prefix(prompts.more).unwrap_or(line))
            }
            State::Command => prompted(prompts.more).or_else(|| prompted(prompts.first)),
            State::Output => prompted(prompts.first),
        };
        let kept = kept.or_else(|| (prompts.others == Others::Code).then_some(line));
        self.state = match (kept, &self.state) {
            (None, _) => State::Output,
            (Some(code), State::Heredoc(word)) if code.trim() != word => return kept,
            (Some(code), _) if prompts.first == "$ " => after(code),
            (Some(_), _) => State::Command,
        };
        kept
    }

    /// Whether the next line is read as it stands, without a prompt.
    pub(crate) const fn continues(&self) -> bool {
        matches!(self.state, State::Continued | State::Heredoc(_))
    }
}

fn after(code: &str) -> State {
    if let Some(word) = heredoc(code) {
        State::Heredoc(word.to_owned())
    } else if code.ends_with('\\') {
        State::Continued
    } else {
        State::Command
    }
}

/// The word that ends the here-document which a shell line opens. `<<<` opens none.
fn heredoc(code: &str) -> Option<&str> {
    let (before, rest) = code.split_once("<<")?;
    if rest.starts_with('<') || before.contains('#') {
        return None;
    }
    let rest =
        rest.strip_prefix('-').unwrap_or(rest).trim_start().trim_start_matches(['"', '\'', '\\']);
    let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}
