//! Decodes what a hostile guest sends to the host, in pieces whose size the first byte gives.

#![no_main]

use guest::{Decoder, GuestFrame, encode};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let mut decoder = Decoder::<GuestFrame>::default();
    for bytes in stream.chunks(usize::from(piece).max(1)) {
        decoder.push(bytes);
        while let Ok(Some(frame)) = decoder.next() {
            let mut again = Vec::new();
            encode(&frame, &mut again).expect("a decoded frame is not too large");
            let mut other = Decoder::<GuestFrame>::default();
            other.push(&again);
            assert_eq!(other.next(), Ok(Some(frame)));
        }
    }
});
