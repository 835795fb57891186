//! Lists and maps.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::{EncodeError, Writer, key, text};

/// The name by which a `serde_json::value::RawValue` says that its one field is JSON already.
pub(super) const RAW: &str = "$serde_json::private::RawValue";

/// A list or map that is being written.
pub(in crate::field) struct Compound<'a> {
    out: &'a mut Vec<u8>,
    /// What comes before the next element: the opening bracket, a comma, nothing in what is JSON already.
    before: u8,
    /// What closes it.
    close: u8,
}

/// Bytes of a key that is written in one go.
const SHORT: usize = 28;

/// Nothing: no JSON has this byte.
const NONE: u8 = 0;

impl<'a> Compound<'a> {
    #[inline]
    pub(super) fn list(out: &'a mut Vec<u8>) -> Self {
        Self { out, before: b'[', close: b']' }
    }

    #[inline]
    pub(super) fn map(out: &'a mut Vec<u8>) -> Self {
        Self { out, before: b'{', close: b'}' }
    }

    pub(super) fn raw(out: &'a mut Vec<u8>) -> Self {
        Self { out, before: NONE, close: NONE }
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.out.push(self.before);
        self.before = b',';
        value.serialize(Writer(self.out))
    }

    // where the key is known, most of this is done by the compiler
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn entry<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), EncodeError> {
        if self.before == NONE {
            return value.serialize(key::Raw(self.out));
        }
        let length = key.len();
        if length <= SHORT && text::is_plain(key.as_bytes()) {
            // a key is a constant, so that all of this comes down to one write of known length
            let mut head = [0; SHORT + 4];
            head[0] = self.before;
            head[1] = b'"';
            head[2..length + 2].copy_from_slice(key.as_bytes());
            head[length + 2] = b'"';
            head[length + 3] = b':';
            self.out.extend_from_slice(&head[..length + 4]);
        } else {
            self.out.push(self.before);
            text::write(key, self.out);
            self.out.push(b':');
        }
        self.before = b',';
        value.serialize(Writer(self.out))
    }

    #[inline]
    fn finish(self) {
        match self.close {
            NONE => {}
            // nothing was in it
            b']' if self.before == b'[' => self.out.extend_from_slice(b"[]"),
            b'}' if self.before == b'{' => self.out.extend_from_slice(b"{}"),
            close => self.out.push(close),
        }
    }
}

/// `{"variant": ..}` around a list or map.
pub(in crate::field) struct Variant<'a>(Compound<'a>);

impl<'a> Variant<'a> {
    pub(super) fn list(variant: &'static str, out: &'a mut Vec<u8>) -> Self {
        Self(Compound::list(Self::begin(variant, out)))
    }

    pub(super) fn map(variant: &'static str, out: &'a mut Vec<u8>) -> Self {
        Self(Compound::map(Self::begin(variant, out)))
    }

    fn begin<'o>(variant: &'static str, out: &'o mut Vec<u8>) -> &'o mut Vec<u8> {
        out.push(b'{');
        text::write(variant, out);
        out.push(b':');
        out
    }

    fn finish(self) {
        let Compound { out, before, close } = self.0;
        Compound { out: &mut *out, before, close }.finish();
        out.push(b'}');
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident for $type:ident($($field:tt)?))*) => {$(
        impl $trait for $type<'_> {
            type Ok = ();
            type Error = EncodeError;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
                self$(.$field)?.element(value)
            }

            #[inline]
            fn end(self) -> Result<(), EncodeError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

elements! {
    SerializeSeq::serialize_element for Compound()
    SerializeTuple::serialize_element for Compound()
    SerializeTupleStruct::serialize_field for Compound()
    SerializeTupleVariant::serialize_field for Variant(0)
}

macro_rules! entries {
    ($($trait:ident for $type:ident($($field:tt)?))*) => {$(
        impl $trait for $type<'_> {
            type Ok = ();
            type Error = EncodeError;

            #[allow(clippy::inline_always)]
            #[inline(always)]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EncodeError> {
                self$(.$field)?.entry(key, value)
            }

            #[inline]
            fn end(self) -> Result<(), EncodeError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

entries! {
    SerializeStruct for Compound()
    SerializeStructVariant for Variant(0)
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.out.push(self.before);
        self.before = b',';
        key.serialize(key::Key(self.out))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        self.out.push(b':');
        value.serialize(Writer(self.out))
    }

    fn end(self) -> Result<(), EncodeError> {
        self.finish();
        Ok(())
    }
}
