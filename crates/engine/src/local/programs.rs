//! The programs that a shell script names, found without running it.
//!
//! It follows quotes, substitutions, here-documents and the words of the shell's own grammar as far as scripts
//! of operators go. It is for telling a reader what a script asks for, and no boundary: `eval` hides anything.

use std::collections::BTreeSet;

/// Substitutions within each other that are followed.
const MAX_DEPTH: usize = 32;

/// What a shell does itself.
const BUILTINS: &[&str] = &[
    ".",
    ":",
    "[",
    "[[",
    "alias",
    "bg",
    "break",
    "builtin",
    "cd",
    "command",
    "continue",
    "declare",
    "dirs",
    "disown",
    "echo",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "log_debug",
    "log_error",
    "log_info",
    "log_warn",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "set",
    "shift",
    "shopt",
    "source",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "wait",
];

/// Words after which another command begins.
const OPENING: &[&str] =
    &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "coproc"];

/// Words after which names or patterns follow, and no command.
const NAMING: &[&str] = &["for", "select", "fi", "done", "esac", "}"];

/// Programs whose argument is another program.
const WRAPPERS: &[&str] = &["sudo", "exec", "command", "nohup", "xargs", "nice", "env", "builtin"];

/// The first words of a script's commands, without what the shell does itself and what the script defines.
pub(super) fn programs(script: &str) -> BTreeSet<String> {
    let mut scan = Scan { script: script.as_bytes(), ..Scan::default() };
    while scan.at < scan.script.len() {
        scan.commands(None, MAX_DEPTH);
    }
    let Scan { found, defined, .. } = scan;
    let is_program = |it: &String| {
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
        let begins = it.bytes().next().is_some_and(|it| it.is_ascii_alphanumeric() || it == b'_');
        begins && it.bytes().all(named) && !it.bytes().all(|it| it.is_ascii_digit())
    };
    let is_own = |it: &String| BUILTINS.contains(&it.as_str()) || defined.contains(it);
    found.into_iter().filter(|it| is_program(it) && !is_own(it)).collect()
}

#[derive(Default)]
struct Scan<'s> {
    script: &'s [u8],
    at: usize,
    found: BTreeSet<String>,
    defined: BTreeSet<String>,
    /// Ends of here-documents whose lines begin on the next one.
    documents: Vec<String>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.script.get(self.at + ahead).copied()
    }

    fn is_at(&self, text: &str) -> bool {
        self.script[self.at.min(self.script.len())..].starts_with(text.as_bytes())
    }

    /// Goes behind the next `text`, or to the end.
    fn pass(&mut self, text: &str) {
        while self.at < self.script.len() && !self.is_at(text) {
            self.at += 1;
        }
        self.at = (self.at + text.len()).min(self.script.len());
    }

    /// Reads commands up to a closing character and goes behind it.
    fn commands(&mut self, closing: Option<u8>, depth: usize) {
        let mut is_first = true;
        while let Some(byte) = self.peek(0) {
            match byte {
                _ if closing == Some(byte) => {
                    self.at += 1;
                    return;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.pass_documents();
                    is_first = true;
                }
                b';' if self.peek(1) == Some(b';') => {
                    self.at += 2;
                    self.pass_pattern();
                    is_first = true;
                }
                b';' | b'&' | b'|' | b')' => {
                    self.at += 1;
                    is_first = true;
                }
                b'#' => {
                    while self.peek(0).is_some_and(|it| it != b'\n') {
                        self.at += 1;
                    }
                }
                b'(' if self.peek(1) == Some(b'(') => self.pass("))"),
                b'(' => {
                    self.at += 1;
                    self.within(b')', depth);
                }
                b'<' | b'>' => self.redirection(depth),
                _ => {
                    let word = self.word(depth);
                    if is_first {
                        is_first = self.first(word);
                    }
                }
            }
        }
    }

    fn within(&mut self, closing: u8, depth: usize) {
        match depth.checked_sub(1) {
            Some(depth) => self.commands(Some(closing), depth),
            None => self.at = self.script.len(),
        }
    }

    /// Takes the first word of a command; whether the next word is one, too.
    fn first(&mut self, word: Option<String>) -> bool {
        let Some(word) = word else { return false };
        if self.is_at("()") || self.is_at(" ()") {
            self.defined.insert(word);
            self.pass(")");
            return true;
        }
        let is_assignment = word.split_once('=').is_some_and(|it| {
            let name = it.0.trim_end_matches('+');
            !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        });
        if is_assignment || word.starts_with('-') || OPENING.contains(&word.as_str()) {
            return true;
        }
        if word == "case" {
            self.pass(" in");
            self.pass_pattern();
            return true;
        }
        if word == "function" {
            while self.peek(0) == Some(b' ') {
                self.at += 1;
            }
            let name = self.word(MAX_DEPTH);
            self.defined.extend(name);
            return true;
        }
        if NAMING.contains(&word.as_str()) {
            return false;
        }
        let is_wrapper = WRAPPERS.contains(&word.as_str());
        self.found.insert(word);
        is_wrapper
    }

    /// Goes behind the next pattern of `case`, if there is one.
    fn pass_pattern(&mut self) {
        while self.peek(0).is_some_and(|it| it.is_ascii_whitespace()) {
            self.at += 1;
        }
        if !self.is_at("esac") {
            self.pass(")");
        }
    }

    fn redirection(&mut self, depth: usize) {
        let is_document = self.is_at("<<") && self.peek(2) != Some(b'<');
        if matches!((self.peek(0), self.peek(1)), (Some(b'<' | b'>'), Some(b'('))) {
            self.at += 2;
            return self.within(b')', depth);
        }
        while self.peek(0).is_some_and(|it| b"<>&|-".contains(&it)) {
            self.at += 1;
        }
        while self.peek(0).is_some_and(|it| it == b' ' || it == b'\t') {
            self.at += 1;
        }
        let word = self.word(depth);
        if let Some(end) = word.filter(|it| is_document && !it.is_empty()) {
            self.documents.push(end);
        }
    }

    fn pass_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            while self.at < self.script.len() {
                let line = self.script[self.at..].split(|it| *it == b'\n').next();
                let line = line.unwrap_or_default();
                self.at = (self.at + line.len() + 1).min(self.script.len());
                if line.trim_ascii() == end.as_bytes() {
                    break;
                }
            }
        }
    }

    /// Reads a word; `None` if what it is is only known when it runs.
    fn word(&mut self, depth: usize) -> Option<String> {
        let (mut word, mut is_known) = (Vec::new(), true);
        let from = self.at;
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => {
                    break;
                }
                b'\'' => {
                    let from = self.at + 1;
                    self.at = from;
                    self.pass("'");
                    word.extend(
                        &self.script[from.min(self.script.len())..self.at.max(from + 1) - 1],
                    );
                }
                b'"' => {
                    self.at += 1;
                    is_known &= self.quoted(&mut word, depth);
                }
                b'\\' => {
                    word.extend(self.peek(1).filter(|it| *it != b'\n'));
                    self.at += 2;
                }
                b'{' if self.is_at("{{") => {
                    self.pass("}}");
                    is_known = false;
                }
                b'$' | b'`' => {
                    self.expansion(depth);
                    is_known = false;
                }
                _ => {
                    word.push(byte);
                    self.at += 1;
                }
            }
        }
        if self.at == from {
            // What begins no word is passed, so that reading goes on.
            self.at += 1;
        }
        let text = String::from_utf8(word).ok();
        // An assignment is one whatever its value is.
        text.filter(|it| is_known || it.contains('='))
    }

    /// Reads to behind the closing quote; whether all of it is known.
    fn quoted(&mut self, word: &mut Vec<u8>, depth: usize) -> bool {
        let mut is_known = true;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return is_known;
                }
                b'\\' => {
                    word.extend(self.peek(1));
                    self.at += 2;
                }
                b'{' if self.is_at("{{") => {
                    self.pass("}}");
                    is_known = false;
                }
                b'$' | b'`' => {
                    self.expansion(depth);
                    is_known = false;
                }
                _ => {
                    word.push(byte);
                    self.at += 1;
                }
            }
        }
        is_known
    }

    /// Up to the next back quote it is a script of its own.
    fn back_quoted(&mut self, depth: usize) {
        let from = self.at + 1;
        self.at = from;
        self.pass("`");
        let inside = &self.script[from..self.at.max(from + 1) - 1];
        let Some(depth) = depth.checked_sub(1) else { return };
        let mut scan = Scan { script: inside, ..Scan::default() };
        while scan.at < inside.len() {
            scan.commands(None, depth);
        }
        self.found.extend(scan.found);
        self.defined.extend(scan.defined);
    }

    fn expansion(&mut self, depth: usize) {
        if self.is_at("$((") {
            self.pass("))");
        } else if self.is_at("$(") {
            self.at += 2;
            self.within(b')', depth);
        } else if self.is_at("${") {
            self.pass("}");
        } else if self.is_at("`") {
            self.back_quoted(depth);
        } else {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_the_first_words_of_commands() {
        for (script, expected) in [
            ("#!/bin/bash\nset -e\necho hi\naws s3 ls | grep x && jq . < f\n", "aws grep jq"),
            ("FOO=1 BAR=\"a b\" terraform plan\nX=$(git rev-parse HEAD)\n", "git terraform"),
            (
                "if ! command -v kubectl >/dev/null 2>&1; then curl -s \"$(host x)\"; fi",
                "curl host kubectl",
            ),
            ("for f in a b; do wc -l \"$f\"; done", "wc"),
            ("case $x in\n a|z) sed p;;\n b|c) awk 1;;\nesac; tr", "awk sed tr"),
            ("cat <<EOF\nrm -rf /\nEOF\nls", "cat ls"),
            (
                "say() { figlet \"$1\"; }\nsay hello\nfunction other { tput cols; }\nother",
                "figlet tput",
            ),
            ("# aws here\necho 'gcloud; rm' \"docker `uname`\"", "uname"),
            ("$TOOL run; \"${X}\" y; {{ .inputs.Cmd }} z; ./local.sh; /bin/ls", ""),
            (
                "sudo -E systemctl restart x; (cd a && make); ((n++)); diff <(sort a) b",
                "diff make sort sudo systemctl",
            ),
            ("a\\\n  b; 'quoted' \"also\"", "a quoted"),
            ("", ""),
        ] {
            let found: Vec<_> = programs(script).into_iter().collect();
            assert_eq!(found.join(" "), expected, "{script}");
        }
    }

    #[test]
    fn whatever_is_no_script_ends() {
        let deep = "$(".repeat(10_000);
        for script in ["'", "\"", "$(", "`", "<<", "<<E", "(", ")", "\\", "${", "{{", "a(", &deep] {
            programs(script);
        }
    }
}
