use std::process::Command as Process;

use super::*;

fn read(text: &str) -> Script {
    parse(text, &mut Room::WHOLE.clone())
}

fn literals(text: &str) -> Vec<Vec<Option<String>>> {
    let words = |it: &Command| it.words.iter().map(|it| it.literal().map(str::to_owned)).collect();
    read(text).commands.iter().map(words).collect()
}

/// Texts whose words Bash itself is asked for, one command each.
const QUOTED: &[&str] = &[
    "a b  c",
    "'a b' \"c d\" e\\ f",
    "g\\it com''mit",
    "$'git' $'\\x67\\151t' $'a\\nb\\tc' $'\\'\\\\\\?'",
    "$'\\u0041' $'\\1012' $'\\x4a4b'",
    "\"a\\\"b\" \"a\\$b\" \"a\\b\" \"a\\\nb\" 'a\\b'",
    "a\\\nb a \\\n b",
    "a#b '#' \\# a'#'",
    "''  \"\" a''b",
    "$\"text\" a$ \"$\" $",
    "a=b =c {} { [ ] a,b a..b ~x! ^",
    "'multi\nline' \"multi\nline\"",
    "-- -x --y=z",
    "é ü\t\u{a0}x",
    "\r",
    "a\\\tb",
];

#[test]
fn words_are_what_bash_makes_of_them() {
    for text in QUOTED {
        // One command that prints its arguments, which cannot hold a null byte.
        let script = format!("shopt -u extglob; printf '%s\\0' x {text}");
        #[expect(clippy::disallowed_methods, reason = "Bash is what we are compared with")]
        let output = Process::new("bash")
            .args(["--norc", "-c", &script])
            .env("LC_ALL", "C.UTF-8")
            .env_remove("BASH_ENV")
            .output();
        let Ok(output) = output else { return eprintln!("skipped: bash is not installed") };
        let mut expected: Vec<_> = output.stdout.split(|it| *it == 0).collect();
        expected.pop();
        let expected: Vec<_> =
            expected.into_iter().map(|it| Some(String::from_utf8(it.to_vec()).unwrap())).collect();
        assert_eq!(literals(&format!("x {text}")), [expected], "{text:?}");
    }
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let first = |text: &str| -> Vec<String> {
        literals(text).into_iter().filter_map(|it| it.into_iter().next().flatten()).collect()
    };
    for (text, expected) in [
        ("a; b & c && d || e | f\ng", "a b c d e f g"),
        ("if a; then b; elif c; then d; else e; fi", "a b c d e"),
        ("while a; do b; done > x; until c; do d; done", "a b c d"),
        ("for x in 1 2; do a; done; for y; do b; done", "a b"),
        ("case x in a|b) c;; (d) e;& *) f;; esac; g", "c e f g"),
        ("{ a; }; ( b; c ) | d", "a b c d"),
        ("a $(b | c) \"$(d)\" `e`", "a b c d e"),
        ("a <(b) >(c)", "a b c"),
        ("a <<X; b\n$(c)\nX\nd", "a b c d"),
        ("a <<'X'; b\n$(c)\nX\nd", "a b d"),
        ("a <<X <<Y\n1\nX\n2\nY\nb", "a b"),
        ("! a; time b", "a b"),
        ("a # b; c\nd", "a d"),
    ] {
        let script = read(text);
        assert_eq!(script.unseen, None, "{text}");
        let mut found = first(text);
        found.sort();
        let expected: Vec<_> = expected.split(' ').collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn redirects_name_what_they_write() {
    let writes = |text: &str| -> Vec<Option<String>> {
        let script = read(text);
        assert_eq!(script.unseen, None, "{text}");
        let all = script.commands.iter().flat_map(|it| &it.writes);
        all.map(|it| it.literal().map(str::to_owned)).collect()
    };
    for text in ["a >x", "a > x", "a>>x", "a >|x", "a &>x", "a &>>x", "a >&x", "a 2>x", "a <>x"] {
        assert_eq!(writes(text), [Some("x".to_owned())], "{text}");
    }
    assert_eq!(writes("a > $X"), [None]);
    for text in ["a <x", "a 2>&1", "a >&-", "a <<<x", "a 2>&1-", "a <&3"] {
        assert_eq!(writes(text), [], "{text}");
    }
}
