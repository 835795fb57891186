//! An `OpenAPI` document, as its readers have it.

#![allow(dead_code, clippy::expect_used, reason = "each test is a crate of its own; it says so by failing")]

use serde::Serialize;
use serde_json::Value;

pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn of(document: &impl Serialize) -> Self {
        Self(serde_json::to_value(document).expect("a document is JSON"))
    }

    pub(crate) fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("a document is JSON"))
    }

    /// The operation is there, with these parameters, without a body, and the session's name is nowhere in it.
    #[track_caller]
    pub(crate) fn has(&self, path: &str, method: &str, parameters: &[&str]) {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is missing: {}", self.0);
        let named = operation["parameters"].as_array().into_iter().flatten();
        let named: Vec<_> = named.filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(named, parameters, "{operation}");
        assert_eq!(operation["requestBody"], Value::Null, "{operation}");
        let text = self.0.to_string().to_lowercase();
        assert!(!text.contains("session") && !text.contains("shop"), "{text}");
    }
}
