//! Writing JSON: byte for byte as `serde_json` does, in half the instructions, and refusing what JSON cannot carry.
//!
//! `serde_json` writes a number that is not finite as `null`, and so would change the session. To see that afterwards takes a
//! second walk over the value; here the one walk does both.

mod compound;
mod key;
mod text;

use std::fmt::Display;

use serde::ser::{Error as _, Serialize, Serializer};

use super::EncodeError;
use compound::{Compound, Variant};

/// Appends `value` as JSON. What was appended before an error is to be thrown away.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    value.serialize(Writer(out))
}

impl std::error::Error for EncodeError {}

impl serde::ser::Error for EncodeError {
    fn custom<T: Display>(_: T) -> Self {
        Self::NotJson
    }
}

/// Writes one value.
pub(super) struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    #[inline]
    fn raw(self, json: &[u8]) {
        self.0.extend_from_slice(json);
    }

    /// Floats are rare, and `serde_json` knows how to write them.
    fn float(self, is_finite: bool, number: impl Serialize) -> Result<(), EncodeError> {
        if !is_finite {
            return Err(EncodeError::NotFinite);
        }
        serde_json::to_writer(self.0, &number).map_err(EncodeError::custom)
    }
}

macro_rules! integers {
    ($($method:ident($type:ty))*) => {$(
        #[inline]
        fn $method(self, number: $type) -> Result<(), EncodeError> {
            self.raw(itoa::Buffer::new().format(number).as_bytes());
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = EncodeError;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Variant<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Variant<'a>;

    integers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
    }

    #[inline]
    fn serialize_u8(self, number: u8) -> Result<(), EncodeError> {
        // what fits into eight bits is mostly a small count
        if number < 10 {
            self.0.push(b'0' + number);
            Ok(())
        } else {
            self.serialize_u16(number.into())
        }
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), EncodeError> {
        self.raw(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), EncodeError> {
        self.float(number.is_finite(), number)
    }

    fn serialize_f64(self, number: f64) -> Result<(), EncodeError> {
        self.float(number.is_finite(), number)
    }

    fn serialize_char(self, value: char) -> Result<(), EncodeError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), EncodeError> {
        text::write(value, self.0);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EncodeError> {
        self.collect_seq(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), EncodeError> {
        self.raw(b"null");
        Ok(())
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EncodeError> {
        self.raw(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), EncodeError> {
        self.raw(b"null");
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), EncodeError> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EncodeError> {
        self.0.push(b'{');
        text::write(variant, self.0);
        self.0.push(b':');
        value.serialize(Writer(self.0))?;
        self.raw(b"}");
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        Ok(Compound::list(self.0))
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, EncodeError> {
        Ok(Compound::list(self.0))
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, EncodeError> {
        Ok(Compound::list(self.0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Variant<'a>, EncodeError> {
        Ok(Variant::list(variant, self.0))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, EncodeError> {
        Ok(Compound::map(self.0))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'a>, EncodeError> {
        Ok(if name == compound::RAW { Compound::raw(self.0) } else { Compound::map(self.0) })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Variant<'a>, EncodeError> {
        Ok(Variant::map(variant, self.0))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), EncodeError> {
        self.serialize_str(&value.to_string())
    }
}

#[cfg(test)]
mod tests;
