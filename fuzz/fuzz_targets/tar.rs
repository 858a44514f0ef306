//! Reads what a stranger uploads as a tree, in pieces whose size the first byte gives.

#![no_main]

use guest::tar::{Item, Reader, plain_name};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let (mut reader, mut left) = (Reader::default(), 0);
    for mut bytes in stream.chunks(usize::from(piece).max(1)) {
        loop {
            match reader.next(&mut bytes) {
                Ok(Some(Item::Entry(entry))) => {
                    left = entry.size;
                    if let Ok(plain) = plain_name(&entry.name) {
                        assert!(!plain.starts_with(b"/") && !plain.contains(&0));
                    }
                }
                Ok(Some(Item::Content(content))) => left -= content.len() as u64,
                Ok(Some(Item::Close)) => assert_eq!(left, 0),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
});
