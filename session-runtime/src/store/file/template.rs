//! The names of files.

use crate::token::Key;

/// Where the key stands in a template.
const PLACE: &str = "%s";

/// Most file systems end at 255 bytes.
const LONGEST_NAME: usize = 255;

/// What stands before and after the key in the name of a file.
#[derive(Debug)]
pub(super) struct Template {
    prefix: String,
    suffix: String,
}

impl Template {
    pub(super) const DEFAULT: &str = "session-%s.json";

    /// Nothing in it may lead out of the folder, and each name must be told from any other (T15, T25).
    pub(super) fn new(template: &str) -> Result<Self, String> {
        let refuse = |why: &str| Err(format!("filename_template {template:?} {why}"));
        let Some((prefix, suffix)) = template.split_once(PLACE) else {
            return refuse("has no `%s`: write e.g. \"session-%s.json\"");
        };
        if suffix.contains(PLACE) {
            return refuse("has more than one `%s`");
        }
        if template.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()) {
            return refuse("has a path separator or a control character: it names a file in the folder");
        }
        if prefix.len() + 64 + suffix.len() > LONGEST_NAME {
            return refuse("is too long: a name has at most 255 bytes, and the key takes 64");
        }
        Ok(Self { prefix: prefix.to_owned(), suffix: suffix.to_owned() })
    }

    /// The file of a record. Made of the hash alone, whatever a visitor sent (T15).
    pub(super) fn name(&self, key: &Key) -> String {
        format!("{}{}{}", self.prefix, key.to_hex(), self.suffix)
    }

    /// The record that a file of this name is for; exactly the names that [`name`](Self::name) makes have one (T25).
    pub(super) fn key(&self, name: &str) -> Option<Key> {
        Key::from_hex(name.strip_prefix(&*self.prefix)?.strip_suffix(&*self.suffix)?)
    }
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::token::Key;

    #[test]
    fn em14_a_template_has_one_place_and_stays_in_its_folder() {
        for template in ["session-%s.json", "%s", "emt_%s.sess", "100%-%s", ".%s", "%%s"] {
            let template = Template::new(template).unwrap();
            let key = Key::from_bytes([0xab; 32]);
            assert_eq!(template.key(&template.name(&key)), Some(key));
        }
        for template in
            ["", "session", "%S", "%s%s", "%s-%s", "a/%s", "../%s", "%s/..", "a\\%s", "%s\0", "%s\n"]
        {
            assert!(Template::new(template).is_err(), "{template:?}");
        }
        assert!(Template::new(&format!("{}%s", "x".repeat(191))).is_ok());
        assert!(Template::new(&format!("{}%s", "x".repeat(192))).is_err());
    }

    #[test]
    fn t25_only_the_exact_name_is_a_record() {
        let template = Template::new("s-%s.json").unwrap();
        let name = template.name(&Key::from_bytes([0xab; 32]));
        let hex = "ab".repeat(32);
        assert_eq!(name, format!("s-{hex}.json"));
        for other in [
            format!("s-{hex}.json~"),
            format!("S-{hex}.json"),
            format!("s-{}.json", hex.to_uppercase()),
            format!("s-{hex}00.json"),
            format!("s-{}.json", &hex[1..]),
            format!("s-+{}.json", &hex[1..]),
            format!("s-{hex}"),
            format!("x{name}"),
            "s-.json".to_owned(),
            "s-%s.json".to_owned(),
        ] {
            assert_eq!(template.key(&other), None, "{other}");
        }
    }
}
