//! Any bytes of an agent's program, in pieces whose size the first byte gives: nothing panics, and however they are cut
//! they mean the same. Run it with `RUSTC_BOOTSTRAP=1 cargo fuzz run agent_lines`.

#![no_main]

use agent::{
    harness::{
        Conversation,
        claude::{ClaudeConversation, PINNED_VERSION},
    },
    policy::Phase,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let new = || ClaudeConversation::new(PINNED_VERSION, Phase::Executing);
    let (mut whole, mut cut) = (new(), new());
    let expected = whole.receive(stream);
    let pieces = stream.chunks(usize::from(piece).max(1));
    let heard: Vec<_> = pieces.flat_map(|it| cut.receive(it)).collect();
    assert_eq!(heard, expected);
    assert_eq!(cut.outbox(), whole.outbox());
});
