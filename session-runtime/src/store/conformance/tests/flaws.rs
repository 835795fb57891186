//! The suite fails a broken store: what a store can get wrong, and which behaviours tell.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::flawed::{Flawed, flawed};
use crate::store::conformance::{Subject, behaviour, run};

/// A race need not go wrong each time.
const TRIES: usize = 100;

/// Fails unless the behaviour does on a store with this flaw. What it says is kept with the test's output.
fn is_caught(name: &str, behaves: impl AsyncFn(Subject<Flawed>), flaws: &'static [Flaw]) {
    let holds = || catch_unwind(AssertUnwindSafe(|| run(&behaves, async || flawed(flaws)))).is_ok();
    assert!((0..TRIES).any(|_| !holds()), "`{name}` holds in spite of {flaws:?}");
}

macro_rules! flaws {
    ($($(#[$doc:meta])+ $flaw:ident: $($topic:ident::$behaviour:ident)+;)+) => {
        /// What a store can get wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Flaw {
            $($(#[$doc])+ $flaw,)+
        }

        #[allow(non_snake_case, reason = "a test is called like its flaw")]
        mod caught {
            use super::*;

            $(
                #[test]
                fn $flaw() {
                    $(is_caught(
                        stringify!($topic::$behaviour),
                        behaviour::$topic::$behaviour,
                        &[Flaw::$flaw],
                    );)+
                }
            )+
        }
    };
}

// Each flaw, and after the colon the behaviours that fail because of it. Every behaviour is named at least once: one that
// no flaw fails would prove nothing.
flaws! {
    /// A dead id is unknown. A store may say so: `Subject::without_tombstones`.
    ForgetsTheDead:
        rotate::an_id_can_be_rotated_many_times
        delete::delete_leaves_a_tombstone
        races::t3_a_deletion_amid_writes_leaves_no_record;
    /// A writer's record replaces what others wrote. A store may say so: `Subject::without_merging`.
    Replaces:
        merge::changes_of_different_fields_both_stay
        races::ten_fields_written_at_once_lose_nothing;
    /// There is no room for larger records than `SMALL` bytes. A store may say so: `Subject::up_to`.
    IsSmall:
        values::values_of_64_kib_are_kept;

    /// Any key reaches something.
    FindsAnything:
        create::nothing_is_found_where_nothing_was_created;
    /// All keys are one.
    KnowsOneKey:
        create::what_was_created_is_found;
    /// The last byte of a key does not count.
    KnowsKeysByTheirBeginning:
        create::s71_keys_that_differ_in_one_bit_are_two_records;
    /// An id is among what is kept.
    ShowsIds:
        values::s10_t1_no_id_is_found_in_what_is_kept;

    /// A second session takes the place of the first.
    CreateOverwrites:
        create::s3_create_refuses_an_occupied_key
        repetition::a_repeated_create_finds_the_first
        races::s69_of_many_creates_one_wins;
    /// There is an upsert.
    UpdateCreates:
        update::update_creates_nothing
        delete::t2_nothing_brings_a_deleted_record_back
        races::t3_a_deletion_amid_writes_leaves_no_record;
    /// The whole record is written, as this request knows it.
    UpdateReplacesAllFields:
        update::update_writes_what_changed_and_leaves_the_rest
        update::update_of_metadata_keeps_the_fields;
    /// A field is never removed.
    UpdateLeavesRemovedFields:
        update::update_removes_fields;
    /// The last write says when the session was last seen.
    UpdateMovesActivityBack:
        update::update_never_moves_activity_back;
    /// The last write says which version wrote the record.
    UpdateLowersVersions:
        update::t42_update_never_lowers_a_version;
    /// A migration is a write like any other.
    UpdateForgetsVersions:
        update::t42_a_record_that_was_migrated_meanwhile_is_a_conflict;
    /// Another request comes between the look and the write.
    UpdateTakesTwoSteps:
        races::t34_two_hundred_increments_all_count
        races::t34_two_hundred_items_are_all_appended
        races::t3_a_deletion_amid_writes_leaves_no_record
        races::s69_a_rotation_amid_writes_loses_nothing_that_was_applied
        limit::t29_a_crowd_does_not_exceed_the_limit
        crowds::t34_the_greatest_of_a_crowd_stands
        crowds::t34_the_least_of_a_crowd_stands
        crowds::t34_what_a_crowd_adds_and_removes_is_added_and_removed
        crowds::t34_what_a_crowd_appends_is_all_there
        crowds::t34_a_function_counts_a_crowd;
    /// Fields are written one after the other.
    UpdateTearsRecords:
        races::t17_readers_see_whole_records;

    /// A session without fields is none.
    LosesEmptyRecords:
        create::an_empty_record_is_a_record
        update::update_removes_fields;
    /// There is room for 999 fields.
    LosesManyFields:
        values::a_thousand_fields_are_kept;
    /// Who proved who they are, and when, is not kept.
    LosesMetadata:
        values::metadata_is_kept
        values::metadata_at_its_bounds_is_kept;
    /// Values end after 60,000 bytes.
    TruncatesValues:
        values::values_of_64_kib_are_kept;
    /// JSON is read and written again: `[]` becomes `{}`, and a large integer a float.
    Reparses:
        values::json_is_kept_byte_for_byte;
    /// The same, when a session is touched.
    ReparsesOnTouch:
        values::json_is_kept_byte_for_byte_through_every_operation;
    /// Blanks around a key do not count.
    TrimsKeys:
        values::strange_keys_are_kept;

    /// The later write is not kept.
    FirstWriteStands:
        merge::last_write_stands_over_another_change;
    /// The later write is kept, whatever the policy.
    IgnoresPolicies:
        merge::t34_add_counts_both
        policies::t34_max_keeps_the_greater
        policies::t34_min_keeps_the_lesser
        policies::t34_union_keeps_what_each_added_and_removed
        policies::t34_append_keeps_what_each_appended
        merge::appending_keeps_what_both_appended
        policies::where_nothing_was_both_begin_with_the_default
        policies::policies_of_every_kind_meet_in_one_update
        policies::policies_of_every_kind_meet_in_a_rotation
        rotate::rotate_merges_with_another_change;
    /// `reject` does not.
    IgnoresReject:
        merge::reject_refuses_only_what_another_request_changed
        update::a_refused_update_changes_nothing
        rotate::a_refused_rotate_changes_nothing;
    /// What belonged to another owner stays.
    IgnoresWipe:
        update::update_wipes_what_is_not_kept
        rotate::rotate_applies_its_changes;
    /// Records grow without bound.
    IgnoresLimit:
        limit::s72_growth_beyond_the_limit_is_refused
        limit::s72_a_record_over_the_limit_may_shrink_and_stay
        limit::s72_a_rotation_keeps_to_the_limit;
    /// What others added meanwhile does not count.
    LimitsWhatWasLoaded:
        limit::t29_what_others_added_counts
        limit::t29_a_crowd_does_not_exceed_the_limit;
    /// Numbers are floats.
    AddsFloats:
        merge::t34_add_stays_within_the_bounds_of_its_type
        merge::t34_add_of_signed_numbers_stays_within_their_bounds;
    /// A message that was set meanwhile goes with the one that was shown.
    TakesMessagesUnseen:
        merge::a_message_set_meanwhile_stays;
    /// `with` is the later write.
    DecidesForFunctions:
        policies::with_is_left_to_the_core;
    /// What could be merged is left to the core even where there is nothing to merge.
    ConflictsWithoutCause:
        policies::a_field_that_nobody_else_changed_takes_the_new_value;
    /// `append` takes whatever it is given.
    AppendsAnything:
        policies::append_refuses_more_than_a_new_tail
        merge::appending_refuses_what_is_no_new_tail;
    /// What is of another version is lost.
    OverwritesWhatItCannotRead:
        policies::what_does_not_decode_is_a_conflict
        merge::add_refuses_what_is_no_number_of_its_type;
    /// A refused commit is done by half.
    RefusalAppliesWhatItCan:
        update::a_refused_update_changes_nothing
        rotate::a_refused_rotate_changes_nothing;

    /// The core cannot find out whether a write was done.
    LosesTheName:
        repetition::every_write_leaves_its_name
        repetition::a_repeated_update_leaves_the_same_name;
    /// A read hides that a write was done.
    TouchLeavesAName:
        repetition::activity_is_no_write;
    /// What was refused looks done.
    RefusalLeavesAName:
        repetition::what_was_refused_leaves_no_name;

    /// Whoever planted the id that a login began with is logged in.
    RotateLeavesTheOldId:
        rotate::rotate_moves_the_record_and_leaves_a_tombstone
        repetition::a_repeated_rotation_finds_nothing_to_move
        delete::t2_nothing_brings_a_rotated_record_back
        races::s69_of_many_rotations_one_wins
        races::s69_a_rotation_is_seen_as_one_step;
    /// The old id is unknown rather than dead.
    RotateLeavesNoTombstone:
        rotate::rotate_moves_the_record_and_leaves_a_tombstone;
    /// Nobody learns where the record went. A store may say so: `Subject::without_forwarding`.
    RotateHidesWhereItWent:
        rotate::s24_a_rotated_id_says_where_the_record_went;
    /// Nobody learns by which old id a session may be reached.
    LosesRenewals:
        rotate::s24_what_a_renewal_says_is_kept_until_the_next_rotation;
    /// The first write after a renewal makes the old id dead.
    WritesEndTheGrace:
        rotate::s24_what_a_renewal_says_is_kept_until_the_next_rotation;
    /// A login leaves the old id alive.
    RotateLeavesTheGrace:
        rotate::s24_what_a_renewal_says_is_kept_until_the_next_rotation;
    /// The record is moved as it was.
    RotateDropsChanges:
        rotate::rotate_applies_its_changes;
    /// Whoever takes the place of all fields takes that of what it does not know.
    RotateIgnoresOtherWrites:
        rotate::t34_an_exchange_of_all_fields_refuses_what_was_written_meanwhile;
    /// The new id may be somebody else's.
    RotateOverwrites:
        rotate::rotate_onto_anything_changes_nothing;
    /// A tombstone is left where nothing was.
    RotateCreates:
        rotate::rotate_without_a_record_leaves_nothing;
    /// For a moment neither id reaches the record.
    RotateTakesTwoSteps:
        races::s69_a_rotation_is_seen_as_one_step
        races::s69_a_rotation_meets_a_deletion;
    /// A refused rotation leaves the record under both ids.
    RotateMovesBeforeItRefuses:
        rotate::a_refused_rotate_changes_nothing;
    /// A rotation begins the session anew.
    RotateIsYoung:
        rotate::rotate_moves_the_record_and_leaves_a_tombstone;

    /// A request that took longer makes the session look older.
    TouchMovesBack:
        touch::touch_moves_activity_forward_only;
    /// A request that only read writes what it had read.
    TouchCarriesData:
        touch::touch_carries_no_data;
    /// A read brings a session to life.
    TouchCreates:
        touch::touch_creates_nothing;

    /// A logout leaves an unknown id rather than a dead one.
    DeleteLeavesNoTombstone:
        delete::delete_leaves_a_tombstone;
    /// A flood of made-up ids fills the store.
    DeleteBuriesTheUnknown:
        delete::t5_delete_without_a_record_leaves_nothing;
    /// A logout is taken for a rotation.
    DeleteLeadsOn:
        delete::t2_a_deleted_id_leads_nowhere;
    /// A login survives the logout that met it.
    DeleteFollowsNoRotation:
        delete::s14_delete_follows_the_rotations_before_it
        races::s69_a_rotation_meets_a_deletion;
    /// A second logout makes the dead id unknown.
    DeleteDropsTombstones:
        delete::a_tombstone_stays_when_it_is_deleted_again;
    /// Another request comes between the look and the deletion.
    DeleteTakesTwoSteps:
        races::s69_a_rotation_meets_a_deletion;

    /// Activity does not count.
    SweepTakesTheLiving:
        sweep::sweep_goes_by_the_last_activity;
    /// Tombstones go at once.
    SweepTakesTheDeadTooEarly:
        sweep::s73_sweep_removes_tombstones_that_are_over;
    /// Records stay for ever.
    SweepTakesNothing:
        sweep::s73_sweep_removes_what_is_over_at_the_given_time;
    /// Tombstones stay for ever.
    SweepLeavesTombstones:
        sweep::a_swept_key_is_free_again;
}
