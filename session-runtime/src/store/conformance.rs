//! Write a store, and prove that it keeps the contract. Feature `conformance`, for tests.
//!
//! # How to write one
//!
//! A [`Store`] keeps an [`Arc<Record>`](super::Record), or a tombstone, under a [`Key`](super::Key). It decides nothing: what
//! a record becomes is computed by [`Changes::apply`](super::Changes::apply), and whether a session is alive by the core. What
//! a store adds is that each operation is *one step*: it holds a lock, a transaction or a script from the look at what is
//! there to the last byte that it writes.
//!
//! 1. `update`, `touch` and `rotate` look for a record, and answer `Gone` when there is none. None of them creates one, so
//!    nothing that was deleted comes back (T2).
//! 2. `delete` and `rotate` leave a tombstone where a record was, and only there (T5). It occupies its key. That of `rotate`
//!    says where the record went: so a renewed id can reach it for a while (S24).
//! 3. `rotate` is all or nothing, also when two of them want the same record.
//! 4. Values are bytes. Whoever parses and prints them turns `18446744073709551615` into a float and `[]` into `{}`.
//! 5. Time comes with the call. Only [`sweep`](Store::sweep) removes what is over.
//! 6. What `apply` refuses is the answer: `Err(refusal) => return Ok(refusal.into())`.
//! 7. [`Meta::last_op`](super::Meta::last_op) is kept as it comes, and `touch` leaves it alone. By it the core knows whether a
//!    write was done whose answer it never got; a store need not recognise a repetition itself.
//!
//! A store that writes bytes somewhere reads a record back with [`Record::new`](super::Record::new); all parts of
//! [`Meta`](super::Meta) are public. The program `custom_store` among the examples is a whole store in some seventy lines.
//!
//! A store whose server does the work, with a script of its own, does what `apply` does as far as it can. It may answer
//! [`Conflict`](super::Updated::Conflict) where a policy needs the field's type, and leave that to the core, which loads the
//! record anew, merges and asks again; but a field whose stored bytes are those that were loaded takes the new value. The
//! limit it keeps by counting: of each field its key, its value and
//! [`Fields::OVERHEAD`](super::Fields::OVERHEAD), against [`Changes::max_bytes`](super::Changes::max_bytes).
//!
//! # How to prove it
//!
//! [`tests!`] makes one test for each behaviour. It takes an async closure that makes an empty store of its own for each:
//!
//! ```
//! # struct Hidden; // the tests are made, and run by `cargo test` only
//! #[cfg(test)]
//! mod conformance {
//!     use session_runtime::MemoryStore;
//!     use session_runtime::store::conformance::{Subject, tests};
//!
//!     tests!(async || Subject::new(MemoryStore::new()));
//! }
//! ```
//!
//! Tests of what is special to a store can use the same [`kit`].
//!
//! # A store that promises less
//!
//! It says so of its [`Subject`]. What it does not promise is passed over, and the test's output says that too
//! (`cargo test -- --show-output`).
//!
//! | | the store | what is passed over |
//! |---|---|---|
//! | [`sweeps_itself`](Subject::sweeps_itself) | removes what is over by a clock of its own | that a call of `sweep` removes it |
//! | [`up_to`](Subject::up_to) | has no room for larger records | nothing: records are smaller; only what cannot be, is passed over |
//! | [`without_merging`](Subject::without_merging) | puts what a request loaded and changed in the place of what others wrote meanwhile | all that concerns concurrent changes |
//! | [`without_endless_records`](Subject::without_endless_records) | refuses a deadline that no session can have | metadata at its bounds |
//! | [`without_tombstones`](Subject::without_tombstones) | forgets what is deleted or rotated away | that a dead id is told from an unknown one, keeps its key occupied, and leads a deletion on |
//! | [`without_forwarding`](Subject::without_forwarding) | does not say where a rotation moved a record to | that it does |

#![allow(
    clippy::missing_panics_doc,
    clippy::expect_used,
    clippy::panic,
    reason = "a behaviour says that it does not hold by failing its test"
)]

pub mod behaviour;
pub mod kit;
mod subject;

pub use subject::Subject;

use super::Store;

/// Makes a `#[test]` of each [`behaviour`], in the module where it stands.
///
/// The argument is an `async` closure that returns a [`Subject`]: a store that is empty and that no other test uses.
#[doc(inline)]
pub use crate::__store_conformance_tests as tests;

/// Threads that a behaviour runs on, so that races are real.
const THREADS: usize = 4;

/// Runs one behaviour on a store that `make` makes. [`tests!`] calls it for each.
pub fn run<S: Store>(behaviour: impl AsyncFnOnce(Subject<S>), make: impl AsyncFnOnce() -> Subject<S>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .expect("a test can start threads")
        .block_on(async { behaviour(make().await).await });
}

#[doc(hidden)]
#[macro_export]
macro_rules! __store_conformance_tests {
    ($make:expr $(,)?) => {
        $crate::__store_conformance_tests! { @each ($make)
            create: {
                nothing_is_found_where_nothing_was_created
                what_was_created_is_found
                an_empty_record_is_a_record
                s3_create_refuses_an_occupied_key
                s71_keys_that_differ_in_one_bit_are_two_records
            }
            values: {
                json_is_kept_byte_for_byte
                json_is_kept_byte_for_byte_through_every_operation
                values_of_64_kib_are_kept
                strange_keys_are_kept
                a_thousand_fields_are_kept
                metadata_is_kept
                metadata_at_its_bounds_is_kept
                s10_t1_no_id_is_found_in_what_is_kept
            }
            update: {
                update_writes_what_changed_and_leaves_the_rest
                update_creates_nothing
                update_removes_fields
                update_of_metadata_keeps_the_fields
                update_never_moves_activity_back
                t42_update_never_lowers_a_version
                t42_a_record_that_was_migrated_meanwhile_is_a_conflict
                update_wipes_what_is_not_kept
                a_refused_update_changes_nothing
            }
            merge: {
                changes_of_different_fields_both_stay
                last_write_stands_over_another_change
                t34_add_counts_both
                t34_add_stays_within_the_bounds_of_its_type
                t34_add_of_signed_numbers_stays_within_their_bounds
                add_refuses_what_is_no_number_of_its_type
                appending_keeps_what_both_appended
                appending_refuses_what_is_no_new_tail
                reject_refuses_only_what_another_request_changed
                a_message_set_meanwhile_stays
            }
            policies: {
                t34_max_keeps_the_greater
                t34_min_keeps_the_lesser
                t34_union_keeps_what_each_added_and_removed
                t34_append_keeps_what_each_appended
                append_refuses_more_than_a_new_tail
                with_is_left_to_the_core
                a_field_that_nobody_else_changed_takes_the_new_value
                where_nothing_was_both_begin_with_the_default
                what_does_not_decode_is_a_conflict
                policies_of_every_kind_meet_in_one_update
                policies_of_every_kind_meet_in_a_rotation
            }
            limit: {
                s72_growth_beyond_the_limit_is_refused
                s72_a_record_over_the_limit_may_shrink_and_stay
                s72_a_rotation_keeps_to_the_limit
                t29_what_others_added_counts
                t29_a_crowd_does_not_exceed_the_limit
            }
            repetition: {
                every_write_leaves_its_name
                activity_is_no_write
                what_was_refused_leaves_no_name
                a_repeated_create_finds_the_first
                a_repeated_update_leaves_the_same_name
                a_repeated_rotation_finds_nothing_to_move
            }
            touch: {
                touch_moves_activity_forward_only
                touch_carries_no_data
                touch_creates_nothing
            }
            rotate: {
                rotate_moves_the_record_and_leaves_a_tombstone
                rotate_applies_its_changes
                rotate_merges_with_another_change
                rotate_without_a_record_leaves_nothing
                rotate_onto_anything_changes_nothing
                a_refused_rotate_changes_nothing
                t34_an_exchange_of_all_fields_refuses_what_was_written_meanwhile
                an_id_can_be_rotated_many_times
                s24_a_rotated_id_says_where_the_record_went
                s24_what_a_renewal_says_is_kept_until_the_next_rotation
            }
            delete: {
                delete_leaves_a_tombstone
                t5_delete_without_a_record_leaves_nothing
                a_tombstone_stays_when_it_is_deleted_again
                t2_a_deleted_id_leads_nowhere
                t2_nothing_brings_a_deleted_record_back
                t2_nothing_brings_a_rotated_record_back
                s14_delete_follows_the_rotations_before_it
            }
            sweep: {
                s73_sweep_removes_what_is_over_at_the_given_time
                s73_sweep_removes_tombstones_that_are_over
                sweep_goes_by_the_last_activity
                a_swept_key_is_free_again
            }
            races: {
                t34_two_hundred_increments_all_count
                t34_two_hundred_items_are_all_appended
                ten_fields_written_at_once_lose_nothing
                s69_of_many_creates_one_wins
                s69_of_many_rotations_one_wins
                s69_a_rotation_amid_writes_loses_nothing_that_was_applied
                s69_a_rotation_is_seen_as_one_step
                s69_a_rotation_meets_a_deletion
                t3_a_deletion_amid_writes_leaves_no_record
                t17_readers_see_whole_records
            }
            crowds: {
                t34_the_greatest_of_a_crowd_stands
                t34_the_least_of_a_crowd_stands
                t34_what_a_crowd_adds_and_removes_is_added_and_removed
                t34_what_a_crowd_appends_is_all_there
                t34_a_function_counts_a_crowd
            }
        }
    };
    (@each ($make:expr) $($topic:ident: { $($behaviour:ident)+ })+) => {
        $($(
            #[::core::prelude::v1::test]
            fn $behaviour() {
                $crate::store::conformance::run(
                    $crate::store::conformance::behaviour::$topic::$behaviour,
                    $make,
                );
            }
        )+)+
    };
}

#[cfg(test)]
mod tests;
