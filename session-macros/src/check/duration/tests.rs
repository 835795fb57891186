use proc_macro2::Span;
use syn::LitStr;

use super::{meant, parse, seconds};

#[test]
fn sums_of_numbers_with_units() {
    assert_eq!(parse("90s"), Ok(90));
    assert_eq!(parse("30m"), Ok(1_800));
    assert_eq!(parse("1h30m"), Ok(5_400));
    assert_eq!(parse("2w"), Ok(1_209_600));
}

#[test]
fn what_is_wrong() {
    let why = |text| parse(text).expect_err(text);
    assert_eq!(why(""), "it is empty");
    assert_eq!(why("30"), "`30` has no unit");
    assert_eq!(why("m"), "there is no whole number before `m`");
    assert_eq!(why("1.5h"), "`.` is not a unit");
    assert_eq!(why("-1h"), "there is no whole number before `-`");
    assert_eq!(why("5 m"), "` ` is not a unit");
    assert_eq!(why("5y"), "`y` is not a unit");
}

#[test]
fn what_is_meant() {
    for (text, means) in
        [("1 hour", "1h"), ("30min", "30m"), ("30M", "30m"), ("2 Days 3 hrs", "2d3h"), (" 5 m ", "5m")]
    {
        assert_eq!(meant(text).as_deref(), Some(means), "{text}");
    }
    for text in ["", "1", "1.5h", "-5m", "500ms", "PT30M", "hour", "0 min", "9999 weeks"] {
        assert_eq!(meant(text), None, "{text}");
    }
}

#[test]
fn bounds() {
    let check = |text: &str| seconds(&LitStr::new(text, Span::call_site())).is_ok();
    assert!(check("1s") && check("400d"));
    assert!(!check("0s") && !check("400d1s"));
    assert!(!check("99999999999999999999999w"));
}
