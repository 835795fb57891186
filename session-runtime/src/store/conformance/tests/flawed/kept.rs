//! What a flawed store keeps of a record.

use super::{Fields, Flaw, Flawed, OpId, Record};

impl Flawed {
    /// What is kept of a record.
    pub(super) fn kept(&self, record: &Record) -> Record {
        let mut meta = record.meta().clone();
        if self.has(Flaw::LosesTheName) {
            meta.last_op = OpId::from_u128(0);
        }
        if self.has(Flaw::LosesRenewals) {
            meta.renewed = None;
        }
        if self.has(Flaw::LosesMetadata) {
            meta.authenticated = None;
        }
        let fields = record.fields().iter();
        let fields: Fields = if self.has(Flaw::Reparses) {
            fields.map(|(key, json)| (key, reparsed(json))).collect()
        } else if self.has(Flaw::TruncatesValues) {
            fields.map(|(key, json)| (key, &json[..json.len().min(60_000)])).collect()
        } else if self.has(Flaw::LosesManyFields) {
            fields.take(999).collect()
        } else if self.has(Flaw::TrimsKeys) {
            fields.map(|(key, json)| (key.trim(), json)).collect()
        } else {
            fields.collect()
        };
        Record::new(meta, fields)
    }
}

/// As somebody who reads JSON into floats, and for whom an empty list is an empty table, writes it again.
pub(super) fn reparsed(json: &[u8]) -> Vec<u8> {
    match serde_json::from_slice(json) {
        Ok(serde_json::Value::Array(list)) if list.is_empty() => b"{}".to_vec(),
        Ok(serde_json::Value::Number(number)) => match number.as_f64() {
            Some(float) if float.abs() > 1e15 => format!("{float:e}").into_bytes(),
            _ => json.to_vec(),
        },
        Ok(value) => value.to_string().into_bytes(),
        Err(_) => json.to_vec(),
    }
}
