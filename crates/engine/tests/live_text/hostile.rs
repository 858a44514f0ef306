//! Editors who mean harm: they are sent away, and nobody else notices.

use bytes::Bytes;
use engine::{Heard, Refusal};
use yrs::{
    sync::{Message, SyncMessage},
    updates::encoder::Encode,
};

use crate::person::{Person, START, Stage};

/// A frame of sync: which clocks somebody has, what another lacked, or a change.
fn sync(kind: u8, body: &[u8]) -> Vec<u8> {
    let message = match kind {
        1 => Message::Sync(SyncMessage::SyncStep2(body.to_vec())),
        _ => Message::Sync(SyncMessage::Update(body.to_vec())),
    };
    message.encode_v1()
}

/// Sends a frame on a connection of its own, and gives why it was ended.
async fn refused(stage: &Stage, frame: Vec<u8>) -> Refusal {
    let mut person = stage.person().await;
    let editor = person.editor.as_mut().unwrap();
    match editor.input.say(&Bytes::from(frame)).await {
        Err(why) => why,
        Ok(()) => person.until_refused().await,
    }
}

#[tokio::test]
async fn each_odd_message_ends_its_sender_and_nobody_else() {
    const NAMED: &[u8] = b"\x01\x01\x07\x00\x04\x01\x07content";
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let other_root = b"\x01\x01\x07\x00\x04\x01\x05other\x01x\x00";
    let a_map = b"\x01\x01\x07\x00\x27\x01\x07content\x01k\x01\x00";
    let lone_surrogate = [NAMED, b"\x03\xed\xa0\x80\x00"].concat();
    let nul = [NAMED, b"\x03a\x00b\x00"].concat();
    let rows: Vec<(&str, Vec<u8>, Refusal)> = vec![
        ("no message", vec![], Refusal::Malformed),
        ("an unknown message", vec![9, 1, 2], Refusal::Malformed),
        ("an unknown kind of sync", vec![0, 7, 0], Refusal::Malformed),
        ("permission", vec![2, 0, 0], Refusal::Malformed),
        ("noise", sync(2, &[0xff; 300]), Refusal::Malformed),
        ("a billion clients", sync(2, &[0x80, 0x94, 0xeb, 0xdc, 0x03]), Refusal::Malformed),
        ("a billion clocks", vec![0, 0, 4, 0xff, 0xff, 0xff, 0x7a], Refusal::Malformed),
        ("another text", sync(2, other_root), Refusal::Malformed),
        ("another type", sync(1, a_map), Refusal::Malformed),
        ("half of a surrogate pair", sync(2, &lone_surrogate), Refusal::Malformed),
        ("a NUL", sync(2, &nul), Refusal::Nul),
        ("awareness that is no JSON", vec![1, 5, 1, 7, 1, 1, b'{'], Refusal::Malformed),
        ("trailing bytes", [sync(2, &[0, 0]), vec![0]].concat(), Refusal::Malformed),
    ];
    for (what, frame, expected) in rows {
        assert_eq!(refused(&stage, frame).await, expected, "{what}");
    }
    ada.append("Untouched.\n").await;
    bob.until_text(&ada.text()).await;
    assert_eq!(bob.save().await.revision.content, format!("{START}Untouched.\n"));
}

#[tokio::test]
async fn who_sends_more_than_a_document_may_have_is_sent_away_and_the_text_stays() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let mut eve = stage.person().await;
    bob.append("Before.\n").await;
    ada.until_text(&bob.text()).await;
    eve.append(&"x".repeat(11 << 20)).await;
    let why = eve.until_refused().await;
    assert!(matches!(why, Refusal::TooLarge { .. }), "{why}");
    ada.append("After.\n").await;
    bob.until_text(&ada.text()).await;
    assert_eq!(bob.save().await.revision.content, format!("{START}Before.\nAfter.\n"));
}

#[tokio::test]
async fn a_change_of_too_many_parts_is_not_made() {
    let stage = Stage::new().await;
    let mut eve = Person::default();
    eve.join(&stage).await;
    eve.leave();
    // From the end to the beginning, so that no two of them become one.
    for _ in 0..20_001 {
        eve.edit(0, 0, "x").await;
    }
    let all = eve.everything();
    assert_eq!(refused(&stage, sync(2, &all)).await, Refusal::TooManyParts);
    assert_eq!(stage.stored().await.revision.content, START);
}

#[tokio::test]
async fn who_builds_upon_what_nobody_has_is_asked_for_it_a_few_times() {
    let stage = Stage::new().await;
    let mut eve = stage.person().await;
    // After a character of client 9 that there is not.
    let frame = Bytes::from(sync(2, b"\x01\x01\x07\x00\x84\x09\x03\x01x\x00"));
    let editor = eve.editor.as_mut().unwrap();
    let mut asked = 0;
    loop {
        editor.input.say(&frame).await.unwrap();
        match editor.output.hear().await {
            Some(Heard::Frame(_)) => asked += 1,
            Some(Heard::Standing(_)) => {}
            Some(Heard::Refused(why)) => {
                assert_eq!(why, Refusal::Malformed);
                break;
            }
            None => panic!("it ended without a word"),
        }
    }
    assert!((10..40).contains(&asked), "{asked}");
}

#[tokio::test]
async fn who_never_reads_is_left_behind_and_who_types_beside_them_is_not_held_up() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    let mut deaf = stage.person().await;
    for _ in 0..4 {
        // Nine million characters come and go: more than waits for anybody.
        let typed = "y".repeat(9 << 20);
        ada.append(&typed).await;
        let wanted = ada.text();
        bob.until_text(&wanted).await;
        let from = u32::try_from(START.len()).unwrap();
        ada.edit(from, u32::try_from(typed.len()).unwrap(), "").await;
        bob.until_text(START).await;
    }
    let mut last = None;
    while let Some(heard) = deaf.editor.as_mut().unwrap().output.hear().await {
        last = Some(heard);
    }
    assert!(matches!(last, Some(Heard::Refused(Refusal::TooSlow))), "{last:?}");
}

#[tokio::test]
async fn thousands_of_tiny_changes_are_made_at_a_bounded_pace_beside_others() {
    let stage = Stage::new().await;
    let (mut ada, mut bob) = (stage.person().await, stage.person().await);
    for _ in 0..900 {
        ada.edit(0, 0, "x").await;
    }
    let mut carol = stage.person().await;
    carol.append("Carol.\n").await;
    let wanted = format!("{}{START}Carol.\n", "x".repeat(900));
    bob.until_text(&wanted).await;
    assert_eq!(bob.save().await.revision.content, wanted);
}
