//! Integers, whose changes can be added up.

use super::SessionField;
use crate::changes::Merge;

/// A type that `merge = add` can be used on: an integer of at most 64 bits.
#[diagnostic::on_unimplemented(
    message = "`merge = add` needs an integer field, and `{Self}` is not one",
    label = "the difference to the loaded value is what is added, so it must be a number",
    note = "use an integer of at most 64 bits, or leave `merge` out: then the later write stands"
)]
pub trait Addable: SessionField {
    /// The change from `loaded` to `self`, as a difference. `default` is what an absent field counts as.
    #[doc(hidden)]
    fn difference(&self, loaded: &Self, default: &Self) -> Merge;
}

macro_rules! addable {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        // every one of these types fits into an `i128`, and `From` does not exist for the two of the platform's width
        #[allow(clippy::cast_lossless)]
        impl Addable for $integer {
            fn difference(&self, loaded: &Self, default: &Self) -> Merge {
                Merge::Add(Box::new(crate::changes::Sum {
                    delta: *self as i128 - *loaded as i128,
                    default: *default as i128,
                    min: <$integer>::MIN as i128,
                    max: <$integer>::MAX as i128,
                }))
            }
        }
    )*};
}

addable!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
