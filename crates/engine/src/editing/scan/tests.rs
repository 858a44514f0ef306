use proptest::prelude::*;
use yrs::{Any, Doc, Map, OffsetKind, Options, ReadTxn, StateVector, Text, Transact};

use super::*;

/// What an editor with these edits would send: a place, characters to remove there, and text.
fn update_of(name: &str, edits: &[(u32, u32, &str)]) -> Vec<u8> {
    let options = Options { offset_kind: OffsetKind::Utf16, ..Options::default() };
    let doc = Doc::with_options(options);
    let text = doc.get_or_insert_text(name);
    for (at, removed, inserted) in edits {
        let mut transaction = doc.transact_mut();
        text.remove_range(&mut transaction, *at, *removed);
        text.insert(&mut transaction, *at, inserted);
    }
    doc.transact().encode_state_as_update_v1(&StateVector::default())
}

#[test]
fn what_editors_of_text_send_passes() {
    let update = update_of(TEXT, &[(0, 0, "héllo 🦀\n"), (2, 1, "x"), (0, 2, ""), (1, 0, "many")]);
    let scanned = scan(&update, 100).unwrap();
    assert_eq!(scanned.brings.len(), 1);
    assert!(!scanned.is_missing(|_| 0));
    let Scanned { text_bytes, structs, deletes, .. } = &scanned;
    assert!(*text_bytes > 0 && *structs >= 3 && *deletes > 0, "{text_bytes} {structs} {deletes}");
    assert_eq!(scan(&[0, 0], 100), Ok(Scanned::default()));
}

#[test]
fn what_is_no_text_is_refused() {
    let doc = Doc::new();
    let map = doc.get_or_insert_map("map");
    map.insert(&mut doc.transact_mut(), "key", Any::from(1));
    let of_map = doc.transact().encode_state_as_update_v1(&StateVector::default());
    assert_eq!(scan(&of_map, 100), Err(ScanError::NotText));
    assert_eq!(scan(&update_of("other", &[(0, 0, "x")]), 100), Err(ScanError::OtherType));
    assert_eq!(scan(&update_of(TEXT, &[(0, 0, "a\0b")]), 100), Err(ScanError::Nul));

    let doc = Doc::new();
    let text = doc.get_or_insert_text(TEXT);
    let bold = [("bold".into(), Any::from(true))].into_iter().collect();
    text.insert_with_attributes(&mut doc.transact_mut(), 0, "x", bold);
    let formatted = doc.transact().encode_state_as_update_v1(&StateVector::default());
    assert_eq!(scan(&formatted, 100), Err(ScanError::NotText));
}

/// One struct of client 7 from clock 0 on, and what is deleted.
fn update_with(structure: &[u8], deletes: &[u8]) -> Vec<u8> {
    [&[1, 1, 7, 0], structure, deletes].concat()
}

#[test]
fn each_trick_has_its_answer() {
    const NAMED: &[u8] = b"\x04\x01\x07content\x01x";
    let of_clients = |many: &[u8]| [many, &[0]].concat();
    let rows: Vec<(&str, Vec<u8>, ScanError)> = vec![
        ("empty", vec![], ScanError::Short),
        ("bytes after the end", update_with(NAMED, &[0, 0]), ScanError::Long),
        ("a billion clients", of_clients(&[0x80, 0x94, 0xeb, 0xdc, 0x03]), ScanError::Short),
        ("a long zero", of_clients(&[0x80, 0x00]), ScanError::Number),
        ("a number of 70 bits", vec![0xff; 12], ScanError::Number),
        ("a billion structs", vec![1, 0x80, 0x94, 0xeb, 0xdc, 0x03, 7, 0], ScanError::Short),
        ("no struct", vec![1, 0, 7, 0, 0], ScanError::Order),
        ("a hole", update_with(&[10, 1], &[0]), ScanError::NotText),
        ("an unknown content", update_with(&[0x0b, 1], &[0]), ScanError::NotText),
        ("a key", update_with(b"\x24\x01\x07content\x01k\x01x", &[0]), ScanError::NotText),
        ("within another", update_with(&[4, 0, 7, 0, 1, b'x'], &[0]), ScanError::OtherType),
        ("nothing deleted", update_with(b"\x01\x01\x07content\x00", &[0]), ScanError::Number),
        ("beside itself", update_with(&[0x84, 7, 0, 1, b'x'], &[0]), ScanError::Circle),
        ("half a character", update_with(b"\x04\x01\x07content\x01\xc3", &[0]), ScanError::Utf8),
        (
            "a lone surrogate",
            update_with(b"\x04\x01\x07content\x03\xed\xa0\x80", &[0]),
            ScanError::Utf8,
        ),
        ("no character", update_with(b"\x04\x01\x07content\x00", &[0]), ScanError::Short),
        (
            "a client twice",
            [&[2, 1, 7, 0][..], NAMED, &[1, 7, 1], NAMED, &[0]].concat(),
            ScanError::Order,
        ),
        ("deletes of nothing", update_with(NAMED, &[1, 7, 1, 0, 0]), ScanError::Number),
        ("deletes backwards", update_with(NAMED, &[1, 7, 2, 5, 1, 2, 1]), ScanError::Order),
        ("deletes twice", update_with(NAMED, &[2, 7, 0, 7, 0]), ScanError::Order),
    ];
    for (what, update, expected) in rows {
        assert_eq!(scan(&update, 100), Err(expected), "{what}");
    }
    // Of what is not there yet, a billion characters.
    let sky = scan(&update_with(NAMED, &[1, 7, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x03]), 100).unwrap();
    assert!(sky.is_missing(|_| 1));
    let update = update_of(TEXT, &[(0, 0, "ab"), (1, 0, "c"), (1, 0, "d")]);
    assert_eq!(scan(&update, 2), Err(ScanError::TooMany(2)));
}

#[test]
fn what_builds_upon_something_unknown_is_noticed() {
    // After character 3 of client 9, then deleting characters 4 to 6 of client 8.
    let after = update_with(&[0x84, 9, 3, 1, b'x'], &[0]);
    let scanned = scan(&after, 9).unwrap();
    assert!(scanned.is_missing(|client| if client == 9 { 3 } else { 0 }));
    assert!(!scanned.is_missing(|client| if client == 9 { 4 } else { 0 }));
    let deleting = scan(&[0, 1, 8, 1, 4, 3], 9).unwrap();
    assert!(deleting.is_missing(|_| 6));
    assert!(!deleting.is_missing(|_| 7));
    // From clock 5 on.
    let later = scan(b"\x01\x01\x07\x05\x04\x01\x07content\x01x\x00", 9).unwrap();
    assert!(later.is_missing(|_| 4));
    assert!(!later.is_missing(|_| 5));
}

#[test]
fn clocks_are_read_up_to_a_bound() {
    assert_eq!(state_vector(&[1, 7, 3], 9), Ok(HashMap::from([(7, 3)])));
    assert_eq!(state_vector(&[2, 7, 3, 8, 1], 1), Err(ScanError::TooMany(1)));
    assert_eq!(state_vector(&[2, 7, 3, 7, 1], 9), Err(ScanError::Order));
    assert_eq!(state_vector(&[0xff, 0xff, 0xff, 0x7a], 9), Err(ScanError::Short));
    assert_eq!(state_vector(&[0, 0], 9), Err(ScanError::Long));
}

proptest! {
    #[test]
    fn numbers_are_read_as_written(value in 0..=MAX_CLIENT) {
        let mut written = Vec::new();
        write_number(&mut written, value);
        let mut reader = Reader { rest: &written };
        prop_assert_eq!(reader.number(u64::MAX), Ok(value));
        prop_assert!(reader.rest.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(scan(&bytes, 50));
        drop(state_vector(&bytes, 50));
    }
}
