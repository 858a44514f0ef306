//! What holds for every text, shown on random ones.

use std::collections::HashSet;

use document::{
    Block, BlockId, Document, Segment, Severity, Syntax, parse, parse_as, replace_block_code,
};
use proptest::{prelude::*, sample::select};

/// Pieces that fences, containers, front matter and options are made of.
const PIECES: &[&str] = &[
    "```",
    "````",
    "~~~",
    "~~~~",
    "`",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "> ",
    ">",
    "- ",
    "1. ",
    "  ",
    "    ",
    "\t",
    "python",
    "runnable python",
    "runnable bash name=a needs=b",
    "file text a.txt",
    "file text ../x",
    "{run name=b}",
    "{python}",
    "{{python}}",
    "{code-cell}",
    "{.marimo}",
    "sh {\"name\":\"x\"}",
    "rust,ignore",
    "{",
    "}",
    "\"",
    "'",
    "=",
    ",",
    "|{",
    "---",
    "---\n",
    "+++\n",
    "title: x\n",
    "runbook: {run: all}\n",
    "#| eval: false\n",
    "#| a: [\n",
    ":tags: [x]\n",
    "$ ",
    "> b",
    ">>> ",
    "... ",
    "# ",
    "## ",
    "#",
    "<!-- livebook:{\"output\":true} -->\n",
    "<div>\n",
    "[^1]: ",
    "| a | b |\n",
    "| - | - |\n",
    "é",
    "🍵",
    "\u{feff}",
    "\0",
    "code",
    "<<EOF",
    "\\",
    "timeout=1s",
    "timeout=x",
];

/// Pieces that components are made of, besides those of Markdown.
const MDX_PIECES: &[&str] = &[
    "<Command id=\"a\" command=\"x\" />",
    "<Command ",
    "<Check>",
    "</Check>",
    "<Inputs id='i'>",
    "</Inputs>",
    "<Admonition type=\"note\">",
    "</Admonition>",
    "<X.y ",
    "<A ",
    "/>",
    ">",
    "<",
    "</",
    "id=\"b\" ",
    "command={`",
    "inputsId={[\"i\", 'a']} ",
    "p={",
    "p=\"",
    "{",
    "}",
    "{{ .outputs.a.x }}",
    "{/*",
    "*/}",
    "<!--",
    "-->",
    "<b ",
    "\\",
    "`",
    "``",
    "${",
    "\"",
    "'",
    "import {x} from 'y'\n",
    "[",
    "]",
    "&quot;",
];

fn mdx_like() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![3 => select(MDX_PIECES), 1 => select(PIECES)];
    prop_oneof![
        8 => prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

fn fence_like() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![4 => fence_like(), 1 => any::<String>()]
}

/// A closed fence in some containers, between other text.
fn fenced() -> impl Strategy<Value = String> {
    let containers = select(
        &[
            ("", ""),
            ("> ", "> "),
            ("- ", "  "),
            (" 1.  ", "     "),
            ("> - ", ">   "),
            ("- > ", "  > "),
            ("  ", ""),
            ("-\t", "\t"),
        ][..],
    );
    let markers = select(&["```", "````", "~~~"][..]);
    let languages = select(&["", "py", "runnable bash", "sh", "rust", "{code-cell} python"][..]);
    let lines = select(&["x", "$ y", "out", "# z", "", "  w", ":a: b", "é"][..]);
    let bodies = prop::collection::vec(lines, 0..5);
    let endings = select(&["\n", "\r\n"][..]);
    (fence_like(), containers, markers, languages, bodies, endings, fence_like()).prop_map(
        |(before, (first, next), marker, language, body, ending, after)| {
            let body: String = body.iter().map(|line| format!("{next}{line}{ending}")).collect();
            let opening = format!("{first}{marker}{language}{ending}");
            format!("{before}\n\ntext\n\n{opening}{body}{next}{marker}{ending}\n{after}")
        },
    )
}

/// Code that no layout reads as anything but itself.
fn codes() -> impl Strategy<Value = String> {
    let lines = select(&["x", "  y", "", "```", "`````", "~~~~", "é = 1", "    z"][..]);
    prop::collection::vec(lines, 0..6)
        .prop_map(|lines| lines.iter().flat_map(|line| [*line, "\n"]).collect())
}

fn identities(document: &Document) -> Vec<(BlockId, String)> {
    document.blocks.iter().map(|it| (it.id.clone(), it.content_hash.clone())).collect()
}

fn all_different(blocks: &[Block]) -> bool {
    let mut seen = HashSet::new();
    blocks.iter().all(|it| seen.insert(it.id.clone()))
}

fn in_text(text: &str, span: &std::ops::Range<usize>) -> bool {
    span.start <= span.end && text.get(span.clone()).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(2000),
        // A failing input becomes a case of its own, in a file that says what it is about.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn spans_lie_in_the_text_in_order_and_the_rest_is_prose(text in texts()) {
        let document = parse(&text);
        let mut rebuilt = String::new();
        let mut end = 0;
        for block in &document.blocks {
            prop_assert!(in_text(&text, &block.span) && in_text(&text, &block.body_span));
            prop_assert!(in_text(&text, &block.info_span));
            prop_assert!(end <= block.span.start && block.span.start < block.span.end);
            prop_assert!(block.span.start <= block.body_span.start);
            prop_assert!(block.body_span.end <= block.span.end);
            prop_assert!(block.line <= block.end_line);
            prop_assert_eq!(&text[block.info_span.clone()], &block.info);
            rebuilt.push_str(&text[end..block.span.start]);
            rebuilt.push_str(&text[block.span.clone()]);
            end = block.span.end;
        }
        rebuilt.push_str(&text[end..]);
        prop_assert_eq!(rebuilt, text);
    }

    #[test]
    fn diagnostics_lie_in_the_text_and_say_something(text in texts()) {
        for it in parse(&text).diagnostics {
            prop_assert!(in_text(&text, &it.span), "{:?}", it);
            prop_assert!(it.line >= 1 && it.column >= 1 && !it.message.is_empty());
        }
    }

    #[test]
    fn parsing_twice_gives_the_same(text in texts()) {
        prop_assert_eq!(parse(&text), parse(&text));
    }

    #[test]
    fn ids_are_unique_also_after_another_revision(old in texts(), new in texts()) {
        let old = parse(&old);
        let mut new = parse(&new);
        prop_assert!(all_different(&old.blocks) && all_different(&new.blocks));
        new.adopt_ids(&identities(&old));
        prop_assert!(all_different(&new.blocks));
    }

    #[test]
    fn an_unchanged_revision_keeps_every_id(text in texts()) {
        let old = parse(&text);
        let mut new = parse(&text);
        new.adopt_ids(&identities(&old));
        prop_assert_eq!(new, old);
    }

    #[test]
    fn components_lie_in_the_text_in_order_and_within_their_parents(text in mdx_like()) {
        let document = parse_as(&text, Syntax::Mdx);
        let mut start = 0;
        for (index, it) in document.components.iter().enumerate() {
            prop_assert!(in_text(&text, &it.span) && start <= it.span.start, "{:?}", it);
            let is_fence = it.name == "fence";
            let written = &text[it.span.clone()];
            prop_assert!(is_fence || written.starts_with('<') && written.ends_with('>'));
            prop_assert!(it.line <= it.end_line);
            start = it.span.start + 1;
            if let Some(children) = &it.children {
                prop_assert!(in_text(&text, children));
                prop_assert!(it.span.start < children.start && children.end < it.span.end);
            }
            if let Some(parent) = it.parent {
                let around = document.components[parent].children.clone();
                let around = around.expect("a parent has children");
                prop_assert!(parent < index);
                prop_assert!(around.start <= it.span.start && it.span.end <= around.end);
            }
            for code in &it.code {
                prop_assert!(in_text(&text, &code.span), "{:?}", it);
            }
        }
        for it in &document.diagnostics {
            prop_assert!(in_text(&text, &it.span), "{:?}", it);
        }
        for block in &document.blocks {
            let holds = |it: &document::Component| {
                it.span.start <= block.span.start && block.span.end <= it.span.end
            };
            let of_script = |it: &&document::Component| {
                it.name != "fence" && !it.kind.holds_prose() && holds(it)
            };
            prop_assert_eq!(document.components.iter().find(of_script), None);
        }
        prop_assert_eq!(&parse_as(&text, Syntax::Mdx), &document);
    }

    #[test]
    fn segments_cover_what_is_shown_in_order(text in mdx_like()) {
        let document = parse_as(&text, Syntax::Mdx);
        let mut end = 0;
        let mut shown = Vec::new();
        for segment in document.segments(&text) {
            let span = match segment {
                Segment::Prose { span } => span,
                Segment::Component { index } => {
                    shown.push(index);
                    document.components[index].span.clone()
                }
            };
            prop_assert!(end <= span.start && in_text(&text, &span));
            end = span.end;
            prop_assert!(document.prose(&text, span.clone()).len() <= 2 * span.len());
        }
        let components = document.components.iter().enumerate();
        let outer = components.filter(|it| it.1.parent.is_none()).map(|it| it.0);
        prop_assert_eq!(shown, outer.collect::<Vec<_>>());
    }

    #[test]
    fn nothing_inside_a_fence_is_a_component(body in mdx_like()) {
        let marker = "~".repeat(80);
        let text = format!("text\n\n{marker}mdx\n{body}\n{marker}\n\n<Check id=\"last\" />\n");
        let document = parse_as(&text, Syntax::Mdx);
        let ids: Vec<_> = document.components.iter().map(|it| it.id.as_str()).collect();
        prop_assert_eq!(ids, ["last"]);
        let of_mdx = |it: &&document::Diagnostic| it.code.starts_with("mdx");
        prop_assert_eq!(document.diagnostics.iter().find(of_mdx), None);
    }

    #[test]
    fn a_block_never_runs_unless_it_is_closed_and_has_a_runtime(text in texts()) {
        for block in parse(&text).runnable() {
            let is_jupyter = matches!(block.options.kernel, Some(document::Kernel::Jupyter(_)));
            prop_assert!(block.is_closed() && (block.runtime.is_some() || is_jupyter));
        }
    }

    #[test]
    fn the_same_code_changes_nothing(text in texts()) {
        for block in &parse(&text).blocks {
            prop_assert_eq!(&replace_block_code(&text, block, &block.code), &text);
        }
    }

    #[test]
    fn new_code_changes_one_block_and_nothing_around_it(
        text in prop_oneof![texts(), fenced()], code in codes(), pick in any::<prop::sample::Index>(),
    ) {
        let document = parse(&text);
        if document.blocks.is_empty() {
            return Ok(());
        }
        let index = pick.index(document.blocks.len());
        let block = &document.blocks[index];
        let edited = replace_block_code(&text, block, &code);
        prop_assert_eq!(&edited[..block.span.start], &text[..block.span.start]);
        prop_assert!(edited.ends_with(&text[block.span.end..]));
        let again = parse(&edited);
        // Without an end the code may reach into what follows.
        if block.is_closed() && code != block.code {
            prop_assert_eq!(again.blocks.len(), document.blocks.len(), "{:?}", edited);
            prop_assert_eq!(&again.blocks[index].code, &code, "{:?}", edited);
        }
    }
}

#[test]
fn a_text_over_the_limit_is_refused_with_one_remark() {
    let document = parse(&"```python\n```\n".repeat(document::MAX_DOCUMENT_BYTES / 14 + 1));
    assert!(document.blocks.is_empty());
    let [remark] = &document.diagnostics[..] else { panic!("{:?}", document.diagnostics) };
    assert_eq!((remark.code, remark.severity), ("too-large", Severity::Error));
}

#[test]
fn blocks_over_the_limit_are_left_as_text() {
    let text = "```python\n```\n".repeat(document::MAX_BLOCKS + 1);
    let document = parse(&text);
    assert_eq!(document.blocks.len(), document::MAX_BLOCKS);
    let [remark] = &document.diagnostics[..] else { panic!("{:?}", document.diagnostics) };
    assert_eq!((remark.code, remark.line), ("too-many-blocks", 2 * document::MAX_BLOCKS + 1));
}

/// Texts that a scanner which looks ahead again and again would take minutes for.
#[test]
fn large_texts_of_beginnings_are_read_in_time_with_few_remarks() {
    const BYTES: usize = 1 << 18;
    for piece in [
        "<A ",
        "{",
        "{{{{",
        "<A b={",
        "<A b=\"",
        "<A b='<A c=\"",
        "<A>",
        "<A><B></A>",
        "</A>",
        "<A/>",
        "<A b/> ",
        "<A {",
        "{/*",
        "<!--",
        "`",
        "` `` ``` ",
        "{}",
        "{\n",
        "<A b={`",
        "<A b={[",
        "- {",
        "> ",
        "import {\n\n",
        "<Inputs id=\"i\">\n```\n",
        "{{ .outputs.a.b",
        "&",
    ] {
        let document = parse_as(&piece.repeat(BYTES / piece.len()), Syntax::Mdx);
        assert!(document.components.len() <= 10_000, "{piece}");
        let of_scanner = |it: &&document::Diagnostic| it.code.starts_with("mdx-");
        assert!(document.diagnostics.iter().filter(of_scanner).count() < 1000, "{piece}");
    }
}
