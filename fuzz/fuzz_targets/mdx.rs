//! Any text as MDX: components lie in it, in order and within their parents, and no block is inside one that
//! holds no prose. Run it with `RUSTC_BOOTSTRAP=1 cargo fuzz run mdx`.

#![no_main]

use document::{Segment, Syntax, parse_as};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = parse_as(text, Syntax::Mdx);
    let mut start = 0;
    for it in &document.components {
        assert!(start <= it.span.start && text[it.span.clone()].starts_with('<'));
        assert!(text[it.span.clone()].ends_with('>') && it.line <= it.end_line);
        start = it.span.start + 1;
        if let Some(children) = &it.children {
            assert!(it.span.start < children.start && children.end < it.span.end);
        }
        let around = it.parent.and_then(|at| document.components[at].children.clone());
        assert_eq!(around.is_some(), it.parent.is_some());
        assert!(around.is_none_or(|at| at.start <= it.span.start && it.span.end <= at.end));
        let within = |span: &std::ops::Range<usize>| {
            it.span.start <= span.start && span.end <= it.span.end
        };
        assert!(it.code.iter().all(|code| within(&code.span)));
        let holds_block = document.blocks.iter().any(|block| within(&block.span));
        assert!(it.kind.holds_prose() || !holds_block);
        it.waits_for();
    }
    for remark in &document.diagnostics {
        assert!(text.get(remark.span.clone()).is_some() && remark.line >= 1 && remark.column >= 1);
    }
    let mut end = 0;
    for segment in document.segments(text) {
        let span = match segment {
            Segment::Prose { span } => span,
            Segment::Component { index } => document.components[index].span.clone(),
        };
        assert!(end <= span.start && text.get(span.clone()).is_some());
        end = span.end;
        document.prose(text, span);
    }
});
