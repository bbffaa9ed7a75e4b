//! All routes of the API, one file per noun. Read [`table`] to see the product on one screen.

mod admin;
mod auth;
mod documents;
mod health;
mod interactions;
mod items;
mod models;
mod parties;
mod people;
mod recommendations;
mod search;

use crate::{
    access::Access::{Checked, Least, Own, Public},
    route::Route,
};
use soiree_domain::Role::{Admin, Operator, Service, User, Viewer};

/// Every route: its documentation and handler, and who may call it. The order matters where a fixed path and an id
/// could both fit: the fixed path comes first.
#[must_use]
#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        // Open to everybody.
        Route::new(health::__path_health, Public, health::health),
        Route::new(health::__path_ready, Public, health::ready).fails(&["not-ready"]),
        Route::new(health::__path_metrics, Public, health::metrics),
        Route::new(documents::__path_openapi, Public, documents::openapi),
        Route::new(documents::__path_docs, Public, documents::docs),
        Route::new(documents::__path_docs_index, Public, documents::docs_index),
        Route::new(documents::__path_docs_file, Public, documents::docs_file).fails(&["not-found"]),
        Route::new(documents::__path_redoc, Public, documents::redoc),
        Route::new(documents::__path_redoc_file, Public, documents::redoc_file).fails(&["not-found"]),
        Route::new(documents::__path_problem, Public, documents::problem).fails(&["not-found"]),
        Route::new(auth::__path_guest, Public, auth::guest).fails(&["unauthorized", "guests-closed", "rate-limited", "not-stored"]),
        Route::new(auth::__path_ticket, Checked(User, "the key must stand for a person"), auth::ticket)
            .fails(&["rate-limited"]),

        // People.
        Route::new(people::__path_create, Least(Service), people::create),
        Route::new(people::__path_list, Least(Service), people::list),
        Route::new(people::__path_read, Own(Service), people::read).fails(&["user-not-found"]),
        Route::new(people::__path_change, Own(Service), people::change).fails(&["user-not-found"]),
        Route::new(people::__path_remove, Own(Service), people::remove).fails(&["user-not-found"]),
        Route::new(people::__path_add_friend, Least(Service), people::add_friend).fails(&["user-not-found"]),
        Route::new(people::__path_friends, Own(Service), people::friends).fails(&["user-not-found"]),
        Route::new(people::__path_remove_friend, Own(Service), people::remove_friend).fails(&["user-not-found"]),
        Route::new(people::__path_history, Own(Service), people::history).fails(&["user-not-found"]),

        // The catalogue.
        Route::new(items::__path_create, Least(Service), items::create),
        Route::new(items::__path_list, Least(Viewer), items::list),
        Route::new(items::__path_read, Least(Viewer), items::read).fails(&["item-not-found"]),
        Route::new(items::__path_change, Least(Service), items::change).fails(&["item-not-found"]),
        Route::new(items::__path_remove, Least(Service), items::remove).fails(&["item-not-found"]),
        Route::new(items::__path_similar, Least(Viewer), items::similar).fails(&["item-not-found", "no-models"]),
        Route::new(items::__path_across, Least(Viewer), items::across).fails(&["item-not-found", "no-models"]),
        Route::new(items::__path_relations, Least(Viewer), items::relations).fails(&["item-not-found"]),
        Route::new(items::__path_relate, Least(Service), items::relate),

        Route::new(search::__path_search,
            Checked(Viewer, "with `user_id`, only oneself, and from `service` upwards anybody"), search::search)
            .fails(&["user-not-found", "no-models"]),

        // What people do.
        Route::new(interactions::__path_record,
            Checked(User, "below `service`, every deed must be the caller's own"), interactions::record)
            .fails(&["user-not-found", "item-not-found", "party-not-found", "idempotency-conflict", "not-stored"]),

        // Recommendations.
        Route::new(recommendations::__path_group,
            Checked(User, "below `service`, the party must be one the caller is in, and members the caller or friends"),
            recommendations::group)
            .fails(&["user-not-found", "party-not-found", "party-ended", "not-a-member", "no-models"]),
        Route::new(recommendations::__path_ask, Own(Service), recommendations::ask)
            .fails(&["user-not-found", "no-models"]),
        Route::new(recommendations::__path_read, Own(Service), recommendations::read)
            .fails(&["user-not-found", "no-models"]),

        // Parties.
        Route::new(parties::__path_open,
            Checked(User, "only from `service` upwards may the host be somebody else"), parties::open)
            .fails(&["user-not-found", "item-not-found", "not-stored", "rate-limited"]),
        Route::new(parties::__path_list, Public, parties::list),
        Route::new(parties::__path_read,
            Checked(Viewer, "a private party is shown to its members and from `service` upwards"), parties::read)
            .fails(&["party-not-found"]),
        Route::new(parties::__path_change,
            Checked(User, "below `operator`, the party must be the caller's own"), parties::change)
            .fails(&["party-not-found", "party-ended", "item-not-found"]),
        Route::new(parties::__path_end,
            Checked(User, "below `operator`, the party must be the caller's own"), parties::end)
            .fails(&["party-not-found", "party-ended"]),
        Route::new(parties::__path_history,
            Checked(User, "a private party is shown to its members and from `service` upwards"), parties::history)
            .fails(&["party-not-found"]),
        Route::new(parties::__path_chat,
            Checked(User, "a private party is shown to its members and from `service` upwards"), parties::chat)
            .fails(&["party-not-found"]),
        Route::new(parties::__path_mood,
            Checked(Viewer, "a private party is shown to its members and from `service` upwards"), parties::mood)
            .fails(&["party-not-found", "party-ended"]),
        Route::new(parties::__path_recommendations,
            Checked(User, "a private party is shown to its members and from `service` upwards"),
            parties::recommendations)
            .fails(&["party-not-found", "party-ended"]),

        // Operation.
        Route::new(models::__path_list, Least(Operator), models::list),
        Route::new(models::__path_promote, Least(Admin), models::promote).fails(&["model-not-found", "conflict"]),
        Route::new(admin::__path_stats, Least(Operator), admin::stats),
        Route::new(admin::__path_audit, Least(Operator), admin::audit),
        Route::new(admin::__path_create_key, Least(Admin), admin::create_key).fails(&["user-not-found"]),
        Route::new(admin::__path_keys, Least(Admin), admin::keys),
        Route::new(admin::__path_revoke_key, Least(Admin), admin::revoke_key).fails(&["key-not-found"]),
    ]
}
