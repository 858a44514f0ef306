//! Counting, however an answer is cut.

use proptest::prelude::*;

use super::{End, MOST_TEXT, Seen, Tally};
use crate::{Count, Recording};

fn seen(pieces: &[&[u8]]) -> Seen {
    let mut tally = Tally::events(Recording::On);
    for piece in pieces {
        tally.feed(piece);
    }
    tally.finish()
}

/// Lines of events as they are and as they should not be.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let event = prop_oneof![
        (0..9_u64, 0..9_u64).prop_map(|(input, hour)| format!(
            r#"data: {{"type":"message_start","message":{{"usage":{{"input_tokens":{input},"cache_creation":{{"ephemeral_1h_input_tokens":{hour}}}}}}}}}"#
        )),
        (0..99_u64).prop_map(|output| format!(
            r#"data:{{"type":"message_delta","usage":{{"output_tokens":{output}}}}}"#
        )),
        "[a-zé\"\\\\]{0,20}".prop_map(|text| format!(
            r#"data: {}"#,
            serde_json::json!({"type": "content_block_delta", "delta": {"text": text}})
        )),
        Just(r#"data: {"type":"message_stop"}"#.to_owned()),
        Just(r#"data: {"type":"error","error":{"type":"overloaded_error","message":"m"}}"#.to_owned()),
        Just("data: {\"type\":\ndata: \"message_stop\"}".to_owned()),
        Just("event: ping".to_owned()),
        Just(": comment".to_owned()),
        Just("data".to_owned()),
        Just("data:".to_owned()),
        ".{0,20}",
    ];
    let end = prop_oneof![Just("\n\n"), Just("\r\n\r\n"), Just("\r\r"), Just("\n"), Just("")];
    let text = (event, end).prop_map(|(event, end)| [event.as_bytes(), end.as_bytes()].concat());
    let bytes = prop::collection::vec(any::<u8>(), 0..20);
    prop_oneof![9 => text, 1 => bytes]
}

proptest! {
    #[test]
    fn the_count_is_the_same_however_the_stream_is_cut(
        parts in prop::collection::vec(lines(), 0..12),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let stream = parts.concat();
        let whole = seen(&[&stream]);
        let mut cuts: Vec<_> = cuts.iter().map(|it| it.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut rest = &stream[..];
        for cut in cuts.into_iter().rev() {
            let (begin, piece) = rest.split_at(cut.min(rest.len()));
            pieces.insert(0, piece);
            rest = begin;
        }
        pieces.insert(0, rest);
        prop_assert_eq!(&seen(&pieces), &whole);
        let bytes: Vec<_> = stream.chunks(1).collect();
        prop_assert_eq!(&seen(&bytes), &whole);
    }
}

#[test]
fn an_event_beyond_its_bound_is_passed_over_and_the_next_one_counts() {
    let huge = vec![b'x'; 5 << 20];
    let stop = b"\n\ndata: {\"type\":\"message_stop\"}\n\n";
    let stream = [b"data: ".as_slice(), &huge, stop].concat();
    let whole = seen(&[&stream]);
    assert_eq!((whole.end, whole.generated), (End::Reached, huge.len() + 6));
    for size in [1 << 10, 1 << 20, 4 << 20, (4 << 20) + 1] {
        let pieces: Vec<_> = stream.chunks(size).collect();
        assert_eq!(seen(&pieces), whole, "{size}");
    }
}

#[test]
fn text_for_a_record_is_bounded_between_characters() {
    let text =
        serde_json::json!({"type": "content_block_delta", "delta": {"text": "é".repeat(9999)}});
    let event = format!("data: {text}\n\n").repeat(20);
    let kept = seen(&[event.as_bytes()]).text.as_str().len();
    assert!((MOST_TEXT - 1..=MOST_TEXT).contains(&kept));
}

#[test]
fn numbers_only_grow_within_an_answer() {
    let delta = |it| {
        format!("data: {{\"type\":\"message_delta\",\"usage\":{{\"output_tokens\":{it}}}}}\n\n")
    };
    let stream = [delta(5), delta(9), delta(3)].concat() + "data: {\"type\":\"message_stop\"}\n\n";
    let (usage, count) = seen(&[stream.as_bytes()]).usage(100);
    assert_eq!((usage.input_tokens, usage.output_tokens, count), (0, 9, Count::Exact));
}

#[test]
fn a_number_that_is_none_hides_no_other_event() {
    let stream = "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":-1}}\n\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":2}}\n\n";
    assert_eq!(seen(&[stream.as_bytes()]).usage(7).0.output_tokens, 2);
}
