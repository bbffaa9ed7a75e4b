//! One suite of promises, kept by both databases: each story runs on a fresh SQLite file and on a fresh database of a
//! private PostgreSQL server.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in what its tests share")]

#[path = "contract/access.rs"]
mod access;
#[path = "contract/catalogue.rs"]
mod catalogue;
#[path = "contract/forget.rs"]
mod forget;
#[path = "contract/interactions.rs"]
mod interactions;
#[path = "contract/journal.rs"]
mod journal;
#[path = "contract/models.rs"]
mod models;
#[path = "contract/parties.rs"]
mod parties;
#[path = "contract/people.rs"]
mod people;
#[path = "contract/rig.rs"]
mod rig;

use rig::Story;

const STORIES: &[(&str, Story)] = &[
    story!(people::writing_again_changes_only_what_differs),
    story!(people::pages_reach_everybody_once),
    story!(people::friendship_is_mutual_and_needs_two_who_exist),
    story!(people::evenings_together_are_counted),
    story!(people::imported_groups_have_a_past),
    story!(catalogue::items_keep_every_field),
    story!(catalogue::lists_filter_by_domain_and_words),
    story!(catalogue::a_removed_item_vanishes_and_comes_back_with_its_deeds),
    story!(catalogue::relations_need_items_that_exist),
    story!(interactions::importing_again_changes_nothing),
    story!(interactions::the_later_value_wins),
    story!(interactions::histories_are_newest_first_and_bounded),
    story!(interactions::training_rows_are_everything_but_what_was_removed),
    story!(interactions::popular_counts_deeds_in_favour),
    story!(journal::a_commit_tells_what_became_of_each_entry),
    story!(journal::a_refused_entry_writes_nothing),
    story!(journal::a_key_is_remembered_for_a_day),
    story!(journal::keys_of_two_callers_never_meet),
    story!(journal::what_was_shown_can_be_read_back),
    story!(journal::the_audit_comes_newest_first),
    story!(journal::odd_texts_survive),
    story!(journal::many_writers_at_once_lose_nothing),
    story!(parties::a_party_is_listed_until_it_ends),
    story!(parties::a_new_owner_fences_the_old_one_off),
    story!(parties::a_number_is_given_once),
    story!(parties::events_come_back_in_their_order),
    story!(parties::two_snapshots_are_kept),
    story!(parties::an_invitation_opens_its_party_so_often_and_so_long),
    story!(parties::an_emptied_event_keeps_its_number_alone),
    story!(parties::chat_is_read_backwards),
    story!(access::a_key_is_good_until_it_expires_or_is_taken_back),
    story!(models::exactly_one_model_serves),
    story!(forget::nothing_names_a_removed_person),
    story!(rig::counts_and_notes),
];

#[test]
fn sqlite_keeps_every_promise() {
    rig::play_on_sqlite(STORIES);
}

#[test]
fn postgres_keeps_every_promise() {
    rig::play_on_postgres(STORIES);
}
