//! What several modules' tests need: numbers that look random and are the same in every run.

use std::sync::Mutex;

use crate::token::{Entropy, NoEntropy};

/// `SplitMix64`, for input that a failed test can be repeated with.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next().to_le_bytes()[3];
        }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.fill(&mut bytes);
        bytes
    }

    /// `bytes` with a few changes: bits flipped, bytes inserted and removed, parts doubled and cut off.
    pub(crate) fn mutated(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let value = self.next().to_le_bytes()[0];
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << (value % 8),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.insert(at, value),
                3 => bytes.truncate(at),
                4 => bytes.extend_from_within(at..),
                _ if at < bytes.len() => bytes[at] = value,
                _ => {}
            }
        }
        bytes
    }
}

/// Random bits that are the same in every run.
pub(crate) struct FixedEntropy(Mutex<Random>);

impl FixedEntropy {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Mutex::new(Random::new(seed)))
    }
}

impl Entropy for FixedEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.lock().unwrap().fill(bytes);
        Ok(())
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
