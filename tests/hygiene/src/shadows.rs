//! Names that mean something else where generated code stands.

/// Unit structs, which stand for a type, a value and a pattern.
macro_rules! shadow {
    ($($name:ident)*) => {
        $(
            #[allow(dead_code, non_camel_case_types)]
            struct $name;
        )*
    };
}

/// What a prelude or the runtime gives, and what generated code calls its own variables in other crates: some frameworks
/// make a unit struct of each handler, whose name no variable can have.
macro_rules! shadow_all {
    () => {
        shadow! {
            Option Some None Result Ok Err Vec String Box Default Clone Copy Send Sync Sized Drop Fn FnOnce Into From
            PartialEq Iterator ToString ToOwned
            Access Addable Append Appendable Attempting Duration Editing Expiring Extra Extractor Field Flash Max
            MemoryStore Lasting Merge Merged Min Notice Ordered Owner OwnerValue Policy Reading Reject Remembers Rest
            RootSession SameSite Scratch Secret Session SessionData SessionField Sessions Sum Term Timed Union Unitable
            Value With Background ByForm Ever Exempt Foreground Gate Guarded Holds Is Open Probe Redirect Requirable Required Status Text The
            Within
            data f fields item output policy result root s this v value admitted can_be_required holds
        }
    };
}

/// Methods that every type has.
macro_rules! shadow_methods {
    ($($name:ident)*) => {
        #[allow(dead_code, clippy::wrong_self_convention)]
        trait Methods: ::core::marker::Sized {
            $(fn $name(self) {})*
        }

        impl<T> Methods for T {}
    };
}

/// Macros that take nothing.
macro_rules! shadow_macros {
    ($($name:ident)*) => {
        $(
            #[allow(unused_macros)]
            macro_rules! $name {
                () => {};
            }
        )*
    };
}

shadow_macros! { assert assert_eq compile_error concat debug_assert format matches panic stringify todo unreachable vec write }
