//! Integers, whose changes can be added up.

use super::SessionField;
use crate::changes::Merge;

/// A type that `merge = add` can be used on: an integer of at most 64 bits.
#[diagnostic::on_unimplemented(
    message = "`merge = add` needs an integer field, and `{Self}` is not one",
    label = "what is added is the difference to the loaded value, exact and within bounds: an integer",
    note = "use an integer of at most 64 bits, or leave `merge` out: then the later write stands"
)]
pub trait Addable: SessionField {
    /// The change from `loaded` to `self`, as a difference. `default` is what an absent field counts as.
    #[doc(hidden)]
    fn difference(&self, loaded: &Self, default: &Self) -> Merge;

    /// `self`, changed by as much as `ours` differs from `base`, within the bounds of the type.
    #[doc(hidden)]
    #[must_use]
    fn shifted(&self, base: &Self, ours: &Self) -> Self;
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

            fn shifted(&self, base: &Self, ours: &Self) -> Self {
                let sum = *self as i128 + *ours as i128 - *base as i128;
                let bound = if sum < 0 { <$integer>::MIN } else { <$integer>::MAX };
                <$integer>::try_from(sum).unwrap_or(bound)
            }
        }
    )*};
}

addable!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

#[cfg(test)]
mod tests {
    use super::Addable as _;

    #[test]
    fn t34_a_difference_is_added_within_the_bounds_of_the_type() {
        assert_eq!(5_u8.shifted(&1, &3), 7);
        assert_eq!(5_u8.shifted(&9, &3), 0, "not below zero");
        assert_eq!(250_u8.shifted(&1, &9), u8::MAX);
        assert_eq!(i64::MIN.shifted(&1, &0), i64::MIN);
        assert_eq!(u64::MAX.shifted(&0, &u64::MAX), u64::MAX);
        assert_eq!((-3_i64).shifted(&i64::MAX, &i64::MIN), i64::MIN);
    }
}
