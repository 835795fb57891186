//! The fields of a record as one JSON object, for what keeps or carries them as text.

use std::collections::HashSet;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Fields;

/// Fields in their order. A value is spliced as it is and never parsed, so it comes back byte for byte.
pub(crate) struct JsonFields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> JsonFields<'a> {
    /// These fields.
    ///
    /// # Errors
    /// For a value that is no JSON, which would make the whole text unreadable. No record has one.
    pub(crate) fn of(fields: &'a Fields) -> serde_json::Result<Self> {
        let raw = |(key, json): (&str, &'a [u8])| Ok((key.to_owned(), serde_json::from_slice(json)?));
        fields.iter().map(raw).collect::<serde_json::Result<_>>().map(Self)
    }

    /// These fields without those whose value is no JSON, for who has no way to refuse them.
    #[cfg(feature = "signed-cookie")]
    pub(crate) fn of_valid(fields: &'a Fields) -> Self {
        let raw = |(key, json): (&str, &'a [u8])| Some((key.to_owned(), serde_json::from_slice(json).ok()?));
        Self(fields.iter().filter_map(raw).collect())
    }

    /// The fields of a record.
    pub(crate) fn to_fields(&self) -> Fields {
        self.0.iter().map(|(key, json)| (key, json.get())).collect()
    }
}

impl Serialize for JsonFields<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, json)| (key, json)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonFields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = JsonFields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut fields, mut keys) = (Vec::new(), HashSet::new());
        while let Some((key, json)) = map.next_entry::<String, &RawValue>()? {
            // which of two values counts is not for us to guess
            if !keys.insert(key.clone()) || key.len() > usize::from(u16::MAX) {
                return Err(serde::de::Error::custom("a field that no record can have"));
            }
            fields.push((key, json));
        }
        Ok(JsonFields(fields))
    }
}
