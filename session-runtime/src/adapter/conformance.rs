//! Prove an adapter, over a socket. Feature `conformance`, for tests.
//!
//! An application is written once with the framework under test: routes whose handlers are one line each, behind the
//! [`Layers`] that the suite hands out. [`tests!`] then makes one test for each behaviour, and each serves an application
//! of its own.
//!
//! # The routes
//!
//! Each answers `GET`, and `/admin`, `/form` and `/exempt` answer `POST`, too. `target` is the request's target as it was sent, with its query; an [`Answer`] becomes a
//! response of its status, its header lines (as they are: several of one name stay several) and its body.
//!
//! | path | the handler takes | and answers with |
//! |---|---|---|
//! | `/plain` | no session | [`plain(target)`](plain) |
//! | `/handle` | `Session<Probe>` | [`handle(session, target).await`](handle) |
//! | `/both` | `Session<Probe>`, `Session<Admin>` | [`both(probe, admin, target).await`](both) |
//! | `/attempt` | `Attempt<Probe>` | [`attempt(session)`](attempt) |
//! | `/guarded` | [`Admitted`] | [`guarded(session)`](guarded) |
//! | `/fresh` | [`Fresh`] | [`fresh(session)`](fresh) |
//! | `/rejecting` | `Session<Probe>`, and an extractor that always rejects with 418 | nothing |
//! | `/stream` | `Session<Probe>` | a body in pieces: what [`Pieces::next`] gives |
//! | `/admin` | `Session<Admin>` | [`admin(session, target)`](admin) |
//! | `/form` | [`Posted`] | [`form(session, target)`](form) |
//! | `/exempt` | `WithoutCsrf<Admin>` | [`exempt(session, target)`](exempt) |
//! | `/vault` | `Session<Vault>` | [`vault(session, target)`](vault) |
//! | `/bare` | `Session<Probe>`, on a route outside of the layers | [`handle(session, target).await`](handle) |
//!
//! The layers, from the inside out: `again`, `probe`, `admin`, `vault`; and around them, in the framework's own way, something that
//! adds the header `x-refused` to every response in which it finds a [`Refused`](crate::Refused), with its status. Where the
//! framework does not know who is at the other end of a connection, the application says it ([`Peer`](crate::Peer)).
//!
//! # Running it
//!
//! ```text
//! mod conformance {
//!     use session_runtime::adapter::conformance::{Layers, Subject, tests};
//!
//!     tests!(async |layers: Layers| Subject::new(serve(layers).await)); // serves, and says at which address
//! }
//! ```
//!
//! What a framework cannot do is said of its [`Subject`]; it is passed over, and the test's output says so.
//! `tests/frameworks` in the repository has it for all adapters, and `examples/toy_framework` for the smallest.

#![allow(
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    clippy::expect_used,
    clippy::panic,
    reason = "a behaviour says that it does not hold by failing its test"
)]

pub mod behaviour;
mod gate;
mod guarded;
mod probe;
mod subject;
mod watched;
pub mod wire;

pub use guarded::{Admin, Admitted, Fresh, Posted, Vault, admin, exempt, form, fresh, guarded, vault};
pub use probe::{Answer, Pieces, Probe, attempt, both, handle, plain};
pub use subject::{Layers, Subject, World};

/// Makes a `#[test]` of each [`behaviour`], in the module where it stands.
///
/// The argument is an `async` closure that serves an application with these [`Layers`], and returns a [`Subject`].
#[doc(inline)]
pub use crate::__adapter_conformance_tests as tests;

/// Runs one behaviour on an application that `serve` serves. [`tests!`] calls it for each.
pub fn run(behaviour: impl AsyncFnOnce(World), serve: impl AsyncFnOnce(Layers) -> Subject) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a test can start threads")
        .block_on(async {
            let (layers, stores) = subject::stores();
            behaviour(World::new(serve(layers).await, stores)).await;
        });
}

#[doc(hidden)]
#[macro_export]
macro_rules! __adapter_conformance_tests {
    ($serve:expr $(,)?) => {
        $crate::__adapter_conformance_tests! { @each ($serve)
            cookies: {
                t36_s31_a_new_session_sets_one_cookie_with_its_attributes
                s46_the_cookie_is_found_in_any_of_several_header_lines
                t9_bad_bytes_in_sibling_cookies_hide_nothing
                t7_names_that_are_like_ours_are_not_ours
                t8_no_planted_cookie_wins_by_its_order
                t6_empty_and_malformed_ids_are_nothing
                t5_a_flood_of_unknown_ids_leaves_nothing
            }
            headers: {
                s40_s41_the_cookie_stands_beside_those_of_the_application
                t31_each_client_gets_its_own_cookie
                s62_vary_is_added_to_what_is_there
                t23_a_response_with_a_cookie_is_private
                s62_what_shows_a_session_with_an_owner_is_private
                s25_a_logout_clears_site_data
                t23_a_request_that_asks_for_no_session_leaves_no_trace
            }
            commits: {
                a_status_below_500_commits
                a_5xx_drops_changes_and_carries_out_a_logout
                an_extractor_that_rejects_leaves_the_session_alone
                a_panic_drops_changes_and_carries_out_a_logout
                t41_a_client_that_goes_away_drops_changes_and_carries_out_a_logout
                one_request_is_one_load_and_one_save
                s24_all_requests_of_a_renewed_id_end_with_the_same_new_one
                what_is_changed_after_the_response_is_stored_by_save_alone
            }
            failing: {
                s67_a_store_that_cannot_be_read_is_503_without_a_cookie
                a_store_that_cannot_be_written_is_503_without_a_cookie
                t2_a_write_to_a_dead_session_is_409_without_a_cookie
                s72_a_session_that_is_too_large_is_500_without_a_cookie
                an_attempt_survives_an_outage
                the_application_chooses_what_an_outage_and_a_dead_session_are_answered_with
                a_route_without_the_layer_is_500
            }
            guards: {
                a_guard_sends_the_browser_elsewhere_or_lets_it_pass
                s19_a_login_is_fresh_to_who_has_just_logged_in
                t28_an_unsafe_request_without_its_token_is_403
                t28_a_token_of_another_session_or_another_site_is_403
                a_form_proves_itself_in_its_body
                an_exempt_route_asks_for_no_token
                s47_over_plain_http_nothing_is_issued_or_read
                s47_the_requests_own_words_do_not_make_it_https
            }
            layers: {
                t43_of_two_layers_of_one_type_the_outer_one_does_the_work
                s71_two_session_types_have_a_cookie_each
                one_session_that_cannot_be_saved_leaves_the_cookie_of_the_other
            }
        }
    };
    (@each ($serve:expr) $($topic:ident: { $($behaviour:ident)+ })+) => {
        $($(
            #[::core::prelude::v1::test]
            fn $behaviour() {
                $crate::adapter::conformance::run(
                    $crate::adapter::conformance::behaviour::$topic::$behaviour,
                    $serve,
                );
            }
        )+)+
    };
}
