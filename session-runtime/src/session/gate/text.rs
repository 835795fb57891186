//! Texts as types: the name of a field, the target of a redirect.

use std::marker::PhantomData;

/// Up to sixteen letters, and what follows them: `Text<'u', 's', 'e', 'r'>`. Those left out are NUL, which no text has.
pub struct Text<
    const A: char = '\0',
    const B: char = '\0',
    const C: char = '\0',
    const D: char = '\0',
    const E: char = '\0',
    const F: char = '\0',
    const G: char = '\0',
    const H: char = '\0',
    const I: char = '\0',
    const J: char = '\0',
    const K: char = '\0',
    const L: char = '\0',
    const M: char = '\0',
    const N: char = '\0',
    const O: char = '\0',
    const P: char = '\0',
    Rest = (),
>(PhantomData<Rest>);

/// A text.
pub trait Letters: 'static {
    /// Its letters.
    fn letters() -> impl Iterator<Item = char>;
}

impl Letters for () {
    fn letters() -> impl Iterator<Item = char> {
        std::iter::empty()
    }
}

impl<
    const A: char,
    const B: char,
    const C: char,
    const D: char,
    const E: char,
    const F: char,
    const G: char,
    const H: char,
    const I: char,
    const J: char,
    const K: char,
    const L: char,
    const M: char,
    const N: char,
    const O: char,
    const P: char,
    Rest: Letters,
> Letters for Text<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Rest>
{
    fn letters() -> impl Iterator<Item = char> {
        let letters = [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P];
        letters.into_iter().filter(|letter| *letter != '\0').chain(Rest::letters())
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, Text};

    #[test]
    fn a_text_of_any_length_is_spelt() {
        type Long =
            Text<'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', Text<'q'>>;
        let spelt = |letters: &mut dyn Iterator<Item = char>| letters.collect::<String>();
        assert_eq!(spelt(&mut <Text as Letters>::letters()), "");
        assert_eq!(spelt(&mut Text::<'/', 'ß'>::letters()), "/ß");
        assert_eq!(spelt(&mut Long::letters()), "abcdefghijklmnopq");
    }
}
