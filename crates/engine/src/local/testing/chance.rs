//! Random bits that can be drawn again.

use sha2::{Digest, Sha256};

/// Random bits that follow from a seed and the name of a test, so that a test draws the same whichever others run.
/// The steps are those of `SplitMix64`.
pub(super) fn dice(seed: u64, test: &str) -> impl FnMut() -> u64 {
    let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(test).finalize();
    let mut state = hash.iter().take(8).fold(0_u64, |it, byte| it << 8 | u64::from(*byte));
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_test_say_what_is_drawn() {
        let drawn = |seed, test| {
            let mut draw = dice(seed, test);
            [draw(), draw(), draw()]
        };
        assert_eq!(drawn(1, "a"), drawn(1, "a"));
        let all = [drawn(1, "a"), drawn(2, "a"), drawn(1, "b")];
        assert!(all[0] != all[1] && all[0] != all[2] && all[0][0] != all[0][1], "{all:?}");
    }
}
