//! The table for people.

use super::{Arguments, Call, Group, SET_IDS, Verdict};

const HEAD: &str = "\
# System calls

What a program in a sandbox may ask of the kernel. Generated from `crates/launcher/src/seccomp/table.rs`
by `UPDATE_EXPECT=1 cargo test -p launcher seccomp`; a test keeps the two equal.

Every number that is not listed, also of calls that a future kernel will have, gets `ENOSYS`: C
libraries take it for an older kernel and fall back. Calls of another architecture (32-bit `int 0x80`,
x32) kill the program. The filter is installed before the guest starts, cannot be taken off, and is
inherited by every process of the sandbox.

The guest puts a second, small filter on each program it starts (`crates/guest/src/bin/guest/fence.rs`):
a program changes no other's limits, nor those of its own that keep its core dumps and its descendants
in hand.
";

const PARTS: [(Verdict, &str, &str); 4] = [
    (Verdict::Allow, "Allowed", "With other arguments than those named, `EPERM`."),
    (Verdict::Refuse, "Refused with `EPERM`", "Programs read it as \"not here\" and go on."),
    (Verdict::Absent, "Absent: `ENOSYS`", "As if the kernel did not know them."),
    (Verdict::Pretend, "Answered with success", "Nothing happens."),
];

const SHARED: &str = "
## Where a directory of the host may be written

A file that a program marked to run as its owner would do so for every user of the host. So the calls
by which a file gets a mode are narrower there, and `openat2`, whose mode lies in memory that a filter
cannot read, is absent.

";

pub(super) fn render(groups: &[Group]) -> String {
    let mut text = vec![HEAD.to_owned()];
    for (verdict, title, words) in PARTS {
        text.push(format!("\n## {title}\n\n{words}\n"));
        for group in groups.iter().filter(|it| it.verdict == verdict) {
            let (reason, names) = (wrap(group.reason), wrap(&names(group.calls)));
            text.push(format!("\n### {}\n\n{reason}\n{names}", group.title));
        }
    }
    text.push(format!("{SHARED}{}", wrap(&names(SET_IDS))));
    text.concat()
}

fn names(calls: &[Call]) -> String {
    let name = |call: &Call| match call.arguments {
        Arguments::Any => format!("`{}`", call.name),
        Arguments::OneOf(words, _) | Arguments::NoneOf(words, ..) => {
            format!("`{}` ({words})", call.name)
        }
    };
    calls.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Lines of at most 100 characters.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, String::len);
        if last > 0 && last + word.len() >= 100 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
