//! JSON in the spelling of Python's `json.dumps(.., separators=(",", ":"))`.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// The JSON of a value.
///
/// # Errors
/// If there is none, such as for a map whose keys are no strings.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Python))?;
    Ok(out)
}

/// Differs from the compact formatter in characters beyond ASCII and in the exponents of numbers.
struct Python;

impl Formatter for Python {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| !matches!(c, ' '..='~')) {
            let (plain, from) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = from.chars();
            if let Some(character) = characters.next() {
                // beyond 16 bits, two units of UTF-16
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    /// JSON that is spliced as it is: only within its strings can there be other characters than ASCII.
    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, json: &str) -> io::Result<()> {
        self.write_string_fragment(writer, json)
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        number(writer, &format!("{value:?}"))
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        number(writer, &format!("{value:?}"))
    }
}

/// `Debug` writes the shortest digits that read back as the same number, as Python's `repr` does, and uses an exponent where
/// it does. But Python gives an exponent a sign and at least two digits.
fn number<W: ?Sized + io::Write>(writer: &mut W, text: &str) -> io::Result<()> {
    match text.split_once('e') {
        None => writer.write_all(text.as_bytes()),
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            write!(writer, "{digits}e{sign}{exponent:0>2}")
        }
    }
}
