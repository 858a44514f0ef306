//! Any text: spans lie in it, ids are unique, edits touch one block. Run it with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run document`.

#![no_main]

use std::collections::HashSet;

use document::{BlockId, Document, parse, replace_block_code};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = parse(text);
    let mut end = 0;
    for block in &document.blocks {
        assert!(end <= block.span.start && block.span.start < block.span.end);
        assert!(block.span.start <= block.body_span.start && block.body_span.end <= block.span.end);
        assert_eq!(text[block.info_span.clone()], block.info);
        assert!(
            text.get(block.span.clone()).is_some() && text.get(block.body_span.clone()).is_some()
        );
        assert!(!block.is_runnable() || (block.is_closed() && block.runtime.is_some()));
        end = block.span.end;
    }
    for remark in &document.diagnostics {
        assert!(text.get(remark.span.clone()).is_some() && remark.line >= 1 && remark.column >= 1);
    }
    assert_unique(&document);
    for block in document.blocks.iter().take(4) {
        assert_eq!(replace_block_code(text, block, &block.code), text);
        let edited = replace_block_code(text, block, "new\n```\n");
        assert!(edited.starts_with(&text[..block.span.start]));
        assert!(edited.ends_with(&text[block.span.end..]));
        let mut revision = parse(&edited);
        revision.adopt_ids(&identities(&document));
        assert_unique(&revision);
    }
    let mut again = parse(text);
    again.adopt_ids(&identities(&document));
    assert_eq!(again, document);
});

fn identities(document: &Document) -> Vec<(BlockId, String)> {
    document.blocks.iter().map(|it| (it.id.clone(), it.content_hash.clone())).collect()
}

fn assert_unique(document: &Document) {
    let mut seen = HashSet::new();
    assert!(document.blocks.iter().all(|it| seen.insert(&it.id)));
}
