use proptest::prelude::*;

use super::*;

fn shown(difference: &Difference) -> String {
    let line = |it: &Line| {
        let mark = match it.kind {
            LineKind::Both => ' ',
            LineKind::Added => '+',
            LineKind::Removed => '-',
        };
        format!("{mark}{}", it.text)
    };
    let hunk = |it: &Hunk| {
        let head = format!("@{} {}\n", it.old_start, it.new_start);
        it.lines.iter().fold(head, |text, it| text + &line(it))
    };
    difference.hunks.iter().map(hunk).collect()
}

#[test]
fn a_difference_shows_what_changed_and_three_lines_around_it() {
    let old: String = (1..=20).map(|it| format!("{it}\n")).collect();
    let new = old.replace("\n5\n", "\nfive\n").replace("\n15\n", "\n15\nmore\n");
    let found = difference(&old, &new);
    assert_eq!(found.counts, LineCounts { added: 2, removed: 1 });
    assert_eq!(
        shown(&found),
        "@2 2\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@13 13\n 13\n 14\n 15\n+more\n 16\n 17\n 18\n"
    );
    assert_eq!(difference(&old, &old), Difference::default());
    assert_eq!(count("", "a\nb"), LineCounts { added: 2, removed: 0 });
}

#[test]
fn what_is_too_long_to_show_is_cut_and_counted() {
    let new = "line\n".repeat(MAX_SHOWN + 5);
    let found = difference("", &new);
    assert!(found.is_cut);
    assert_eq!(found.hunks[0].lines.len(), MAX_SHOWN);
    assert_eq!(found.counts.added, MAX_SHOWN as u64 + 5);
}

#[test]
fn a_changed_line_keeps_its_ends() {
    let edits = edits("a\nthe old word\nb\n", "a\nthe new word\nb\n");
    assert_eq!(edits, [Edit { range: 6..9, text: "new" }]);
}

proptest! {
    #[test]
    fn edits_make_one_text_the_other(old in "([ab🦀é]{0,3}\n?){0,9}", new in "([ab🦀é]{0,3}\n?){0,9}") {
        let mut text = old.clone();
        for edit in edits(&old, &new).into_iter().rev() {
            text.replace_range(edit.range, edit.text);
        }
        prop_assert_eq!(text, new);
    }
}
