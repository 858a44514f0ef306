//! Runs as `junit` XML, which every CI service can show: one test case for each block or command.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use crate::failure::Failure;

/// A file that will hold a report. It is opened before anything runs, so that a wrong path costs
/// no run.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    path: &'a Path,
    flag: &'static str,
    file: File,
}

/// What became of the blocks so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) cases: Vec<Case>,
}

/// One block.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Of the opening fence, counted from 1.
    pub(crate) line: usize,
    pub(crate) verdict: Verdict,
    pub(crate) duration: Duration,
    pub(crate) output: Transcript,
}

/// What a program wrote.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

#[derive(Debug)]
pub(crate) enum Verdict {
    Passed,
    /// The block did not end as it should.
    Failed(String),
    /// We failed.
    Error(String),
    /// Not run: the run had ended before, or for the reason that is said.
    Skipped(Option<String>),
}

impl<'a> Target<'a> {
    /// `flag` is that which names the file.
    pub(crate) fn create(path: &'a Path, flag: &'static str) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| unwritable(path, flag, &error))?;
        Ok(Self { path, flag, file })
    }

    pub(crate) fn write(mut self, document: &Path, report: &Report) -> Result<(), Failure> {
        self.append(&report.to_xml(document))
    }

    pub(crate) fn append(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| unwritable(self.path, self.flag, &error))
    }
}

fn unwritable(path: &Path, flag: &str, error: &io::Error) -> Failure {
    let path = path.display();
    Failure::rejected(format!("{path} cannot be written: {error}; choose another one with {flag}"))
}

impl Report {
    fn to_xml(&self, document: &Path) -> String {
        suites(&[(document, self)])
    }

    fn counts(&self) -> Counts {
        let count =
            |of: fn(&Verdict) -> bool| self.cases.iter().filter(|it| of(&it.verdict)).count();
        Counts {
            tests: self.cases.len(),
            failures: count(|it| matches!(it, Verdict::Failed(_))),
            errors: count(|it| matches!(it, Verdict::Error(_))),
            skipped: count(|it| matches!(it, Verdict::Skipped(_))),
            time: self.cases.iter().map(|it| it.duration).sum(),
        }
    }
}

/// What a suite, or all of them, say of themselves.
#[derive(Debug, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    time: Duration,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.time += other.time;
    }

    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped, time } = self;
        let time = seconds(*time);
        format!(
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time}\""
        )
    }
}

/// The reports of documents as one file.
pub(crate) fn suites(reports: &[(&Path, &Report)]) -> String {
    let mut all = Counts::default();
    let mut suites = String::new();
    for (document, report) in reports {
        let document = attribute(&document.to_string_lossy());
        let counts = report.counts();
        all.add(&counts);
        let cases: String = report.cases.iter().map(|it| it.to_xml(&document)).collect();
        let counts = counts.attributes();
        write!(suites, "  <testsuite name=\"{document}\" {counts}>\n{cases}  </testsuite>\n")
            .expect("a string takes any text");
    }
    let all = all.attributes();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"runbook\" {all}>\n{suites}</testsuites>\n"
    )
}

impl Case {
    /// `document` is escaped already.
    fn to_xml(&self, document: &str) -> String {
        let mut xml = format!(
            "    <testcase name=\"{}\" classname=\"{document}\" file=\"{document}\" line=\"{}\" time=\"{}\">\n",
            attribute(&self.name),
            self.line,
            seconds(self.duration)
        );
        match &self.verdict {
            Verdict::Passed => {}
            Verdict::Failed(how) => element(&mut xml, "failure", how),
            Verdict::Error(why) => element(&mut xml, "error", why),
            Verdict::Skipped(Some(why)) => element(&mut xml, "skipped", why),
            Verdict::Skipped(None) => xml.push_str("      <skipped/>\n"),
        }
        for (name, bytes) in
            [("system-out", &self.output.stdout), ("system-err", &self.output.stderr)]
        {
            if !bytes.is_empty() {
                let text = text(&String::from_utf8_lossy(bytes));
                writeln!(xml, "      <{name}>{text}</{name}>").expect("a string takes any text");
            }
        }
        xml.push_str("    </testcase>\n");
        xml
    }
}

fn element(xml: &mut String, name: &str, message: &str) {
    let message = attribute(message);
    writeln!(xml, "      <{name} message=\"{message}\"/>").expect("a string takes any text");
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

fn text(text: &str) -> String {
    escape(text, |it| matches!(it, '\t' | '\n'))
}

/// A parser turns line endings and tabs in an attribute into spaces unless they are written as numbers.
fn attribute(text: &str) -> String {
    escape(text, |_| false)
}

/// Escapes what has a meaning, and replaces what XML 1.0 cannot hold even escaped: most control
/// characters and two non-characters (<https://www.w3.org/TR/xml/#charsets>).
fn escape(text: &str, is_plain_space: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' if !is_plain_space(it) => {
                write!(escaped, "&#{};", u32::from(it)).expect("a string takes any text");
            }
            '\t' | '\n' => escaped.push(it),
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_xml_is_escaped() {
        assert_eq!(
            text("<a href=\"x\">&</a>]]>"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;]]&gt;"
        );
        assert_eq!(text("tab\tline\nreturn\r"), "tab\tline\nreturn&#13;");
        assert_eq!(attribute("tab\tline\nreturn\r"), "tab&#9;line&#10;return&#13;");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            text("\0\u{1}\u{1b}[1m\u{fffe}é🦀\u{7f}"),
            "\u{fffd}\u{fffd}\u{fffd}[1m\u{fffd}é🦀\u{7f}"
        );
    }
}
