//! What members do while they watch, at random; and a few evenings by hand.

use super::{START_MS, State, joining, party, user};
use crate::{
    live::{
        Event,
        watch::{
            Act, Cause, Order, PlayState, Playback, QueueChange, Status, Steer, Verdict, VoteValue, Work,
        },
    },
    party::{
        settings::PartySettings,
        state::{Conn, Effect},
    },
};
use proptest::prelude::*;
use soiree_domain::{Control, ItemId, Wait};

fn work(n: u8) -> Work {
    let item = ItemId::new(format!("film{n}")).unwrap();
    Work { item, title: None, url: None, duration_ms: Some(60_000) }
}

fn order() -> impl Strategy<Value = Order> {
    let who = || (0_u8..6).prop_map(user);
    prop_oneof![
        who().prop_map(Order::Promote),
        who().prop_map(Order::Demote),
        who().prop_map(Order::Mute),
        who().prop_map(Order::Unmute),
        who().prop_map(Order::Kick),
        who().prop_map(Order::Ban),
        who().prop_map(Order::Unban),
        who().prop_map(Order::Transfer),
        Just(Order::Lock),
        Just(Order::Unlock),
        (1_i64..40).prop_map(Order::DeleteMessage),
    ]
}

fn steer() -> impl Strategy<Value = Steer> {
    let position = || prop::option::of(0_i64..60_000);
    prop_oneof![
        3 => position().prop_map(|position_ms| Steer::Play { position_ms }),
        2 => position().prop_map(|position_ms| Steer::Pause { position_ms }),
        1 => (0_i64..60_000).prop_map(|position_ms| Steer::Seek { position_ms, part: None }),
        1 => (0.25_f64..4.0).prop_map(Steer::Rate),
        2 => (0_u8..5).prop_map(|n| Steer::Load { work: work(n), position_ms: 0, part: 0 }),
        1 => Just(Steer::Next),
    ]
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let vote = prop_oneof![
        3 => Just(VoteValue::Up),
        1 => Just(VoteValue::Down),
        1 => Just(VoteValue::Veto),
        2 => Just(VoteValue::Clear),
    ];
    let status = (0_i64..60_000, any::<bool>()).prop_map(|(position_ms, buffering)| {
        Act::Status(Status { position_ms, buffering, ..Status::default() })
    });
    prop_oneof![
        3 => steer().prop_map(Act::Steer),
        3 => status,
        2 => (0_u8..5, prop::option::of(0_usize..6)).prop_map(|(n, to)| Act::Queue(QueueChange::Add { work: work(n), to })),
        1 => (0_u8..5).prop_map(|n| Act::Queue(QueueChange::Remove(work(n).item))),
        1 => (0_u8..5, 0_usize..6).prop_map(|(n, to)| Act::Queue(QueueChange::Move { item: work(n).item, to })),
        3 => (0_u8..5, vote).prop_map(|(n, value)| Act::Vote { item: Some(work(n).item), value }),
        1 => Just(Act::Vote { item: None, value: VoteValue::Skip }),
        2 => order().prop_map(Act::Order),
        1 => Just(Act::Typing),
    ]
}

/// A party of `n`, all connected, with connection k + 1 for person k.
fn room(n: u8, control: Control, wait: Wait) -> State {
    let mut party = party();
    (party.control, party.wait) = (control, wait);
    let mut state = State::new(party, PartySettings::default());
    for k in 0..n {
        state.join(joining(Conn::from(k) + 1, k, None), START_MS).unwrap();
    }
    state
}

fn clock(state: &State, now_ms: i64) -> Playback {
    state.snapshot(&user(0), now_ms).watching.playback
}

fn ready(position_ms: i64) -> Act {
    Act::Status(Status { position_ms, ..Status::default() })
}

fn loading(position_ms: i64) -> Act {
    Act::Status(Status { position_ms, buffering: true, ..Status::default() })
}

/// Loads and plays a film at the start; everybody is in step two seconds later.
fn playing(state: &mut State, n: u8) -> i64 {
    state.act(1, Act::Steer(Steer::Load { work: work(1), position_ms: 0, part: 0 }), None, START_MS).unwrap();
    state.act(1, Act::Steer(Steer::Play { position_ms: None }), None, START_MS).unwrap();
    let now_ms = START_MS + 2_150;
    for k in 0..n {
        state.act(Conn::from(k) + 1, ready(2_000), None, now_ms).unwrap();
    }
    now_ms
}

#[test]
fn the_room_waits_for_who_loads_but_not_for_ever() {
    let mut state = room(3, Control::Host, Wait::All);
    let now_ms = playing(&mut state, 3);
    state.act(2, loading(2_000), None, now_ms).unwrap();
    assert_eq!(clock(&state, now_ms).state, PlayState::Playing, "players hiccup");
    assert_eq!(state.next_due_ms(now_ms), Some(now_ms + 300));
    state.tick(now_ms + 300);
    let waits = clock(&state, now_ms);
    assert_eq!((waits.state, waits.because), (PlayState::Waiting, Cause::Buffering));
    assert_eq!(waits.waiting_for, [user(1)]);

    let mut patient = state.clone();
    patient.act(2, ready(2_450), None, now_ms + 3_000).unwrap();
    let goes_on = clock(&patient, now_ms);
    assert_eq!((goes_on.state, goes_on.because), (PlayState::Playing, Cause::Ready));
    assert_eq!(goes_on.position_ms, waits.position_ms, "nobody missed anything");

    for at in [2_000, 4_000, 6_000, 8_000] {
        state.act(2, loading(2_000), None, now_ms + at).unwrap();
    }
    state.tick(now_ms + 8_300);
    assert_eq!(clock(&state, now_ms).because, Cause::WaitedEnough);
    state.act(2, loading(2_000), None, now_ms + 9_000).unwrap();
    state.tick(now_ms + 9_500);
    assert_eq!(clock(&state, now_ms).state, PlayState::Playing, "it is not waited for a second time");
}

#[test]
fn nobody_keeps_the_others_standing_again_and_again() {
    let mut state = room(3, Control::Host, Wait::All);
    let now_ms = playing(&mut state, 3);
    let load_for_a_second = |state: &mut State, at: i64| {
        state.act(2, loading(2_000), None, at).unwrap();
        state.tick(at + 300);
        let waited = clock(state, at).state == PlayState::Waiting;
        state.act(2, ready(clock(state, at).position(at + 1_000)), None, at + 1_000).unwrap();
        waited
    };
    assert!(load_for_a_second(&mut state, now_ms));
    assert!(!load_for_a_second(&mut state, now_ms + 5_000), "it was waited for a moment ago");
    assert!(load_for_a_second(&mut state, now_ms + 40_000), "that is long ago");
}

#[test]
fn nobody_ends_a_film_for_the_others() {
    let mut state = room(3, Control::Host, Wait::Nobody);
    let endless = Work { duration_ms: None, ..work(1) };
    state.act(1, Act::Steer(Steer::Load { work: endless, position_ms: 0, part: 0 }), None, START_MS).unwrap();
    state.act(1, Act::Steer(Steer::Play { position_ms: None }), None, START_MS).unwrap();
    for (conn, length) in [(1, 60_000), (2, 5), (3, 5)] {
        let status = Status { duration_ms: Some(length), ..Status::default() };
        state.act(conn, Act::Status(status), None, START_MS + 10).unwrap();
    }
    state.tick(START_MS + 30_000);
    assert_eq!(clock(&state, START_MS).state, PlayState::Playing);
    state.tick(START_MS + 61_000);
    assert_eq!(clock(&state, START_MS).because, Cause::Finished);
}

#[test]
fn a_quorum_or_nobody_has_other_reasons_to_wait() {
    for (wait, loaders, expected) in [
        (Wait::Quorum, 1, PlayState::Playing),
        (Wait::Quorum, 2, PlayState::Waiting),
        (Wait::Nobody, 3, PlayState::Playing),
    ] {
        let mut state = room(3, Control::Host, wait);
        let now_ms = playing(&mut state, 3);
        for k in 0..loaders {
            state.act(k + 1, loading(2_000), None, now_ms).unwrap();
        }
        state.tick(now_ms + 300);
        assert_eq!(clock(&state, now_ms).state, expected, "{wait:?} with {loaders}");
    }
}

#[test]
fn who_has_just_come_in_keeps_nobody_waiting() {
    let mut state = room(3, Control::Host, Wait::All);
    let now_ms = playing(&mut state, 2);
    state.act(3, loading(0), None, now_ms).unwrap();
    state.tick(now_ms + 1_000);
    assert_eq!(clock(&state, now_ms).state, PlayState::Playing);
}

#[test]
fn a_player_that_is_off_is_told_how_to_come_back() {
    let mut state = room(1, Control::Host, Wait::All);
    let now_ms = playing(&mut state, 1);
    let mut told = |position_ms, at: i64| {
        let effects = state.act(1, ready(position_ms), None, now_ms + at).unwrap();
        effects.into_iter().find_map(|effect| match effect {
            Effect::Tell { event: Event::Correction { correction, .. }, .. } => Some(correction),
            _ => None,
        })
    };
    assert_eq!(told(2_030, 0), None);
    let slow = told(2_900, 1_000).unwrap();
    assert_eq!((slow.drift_ms, slow.seek, slow.rate), (-100, false, 1.05));
    let far = told(20_000, 2_000).unwrap();
    assert_eq!((far.seek, far.position_ms), (true, 4_000));
}

#[test]
fn the_queue_goes_on_when_a_film_is_over() {
    let mut state = room(2, Control::Host, Wait::All);
    for n in [2, 3] {
        state.act(1, Act::Queue(QueueChange::Add { work: work(n), to: None }), None, START_MS).unwrap();
    }
    assert!(state.act(2, Act::Queue(QueueChange::Add { work: work(4), to: None }), None, START_MS).is_err());
    playing(&mut state, 0);
    let over = START_MS + 150 + 60_000 + 500;
    state.tick(over - 1);
    assert_eq!(clock(&state, over).work, Some(work(1)));
    state.tick(over);
    let next = clock(&state, over);
    assert_eq!((next.work, next.state, next.because), (Some(work(2)), PlayState::Playing, Cause::Finished));
}

#[test]
fn votes_decide_what_plays_and_what_does_not() {
    let mut state = room(3, Control::Vote, Wait::Nobody);
    let now_ms = START_MS;
    let mut vote = |conn, n: Option<u8>, value| {
        let effects =
            state.act(conn, Act::Vote { item: n.map(|n| work(n).item), value }, None, now_ms).unwrap();
        effects.into_iter().find_map(|effect| match effect {
            Effect::Journal(event) => match event.record {
                super::Record::Vote { outcome, .. } => Some(outcome),
                _ => None,
            },
            _ => None,
        })
    };
    assert_eq!(vote(1, Some(1), VoteValue::Up), Some(None));
    assert_eq!(vote(1, Some(1), VoteValue::Up), Some(None), "one person, one vote");
    assert_eq!(vote(2, Some(2), VoteValue::Up), Some(None));
    assert_eq!(vote(2, Some(1), VoteValue::Up), Some(Some(Verdict::Plays)));
    assert_eq!(vote(3, Some(2), VoteValue::Up), Some(None), "something plays already");
    assert_eq!(vote(1, Some(3), VoteValue::Up), Some(None));
    assert_eq!(vote(1, None, VoteValue::Skip), Some(None));
    assert_eq!(vote(2, None, VoteValue::Skip), Some(Some(Verdict::Skipped)));
    assert_eq!(vote(3, Some(3), VoteValue::Veto), Some(Some(Verdict::Vetoed)));
    let shown = state.snapshot(&user(0), now_ms).watching;
    assert_eq!(shown.playback.work.map(|work| work.item), Some(work(2).item), "the most wanted came next");
    assert!(shown.queue.is_empty(), "what was vetoed is out");
    assert_eq!(state.vetoed(), [work(3).item]);
    let load = Act::Steer(Steer::Load { work: work(3), position_ms: 0, part: 0 });
    assert!(state.act(1, load, None, now_ms).is_err(), "a veto binds the host too");
}

#[test]
fn a_party_is_never_without_a_host() {
    let mut state = room(3, Control::Host, Wait::All);
    state.act(1, Act::Order(Order::Promote(user(2))), None, START_MS).unwrap();
    state.leave(&user(0), START_MS).unwrap();
    assert_eq!(state.party().host, user(2), "moderators go first");
    state.leave(&user(2), START_MS).unwrap();
    assert_eq!(state.party().host, user(1));
    state.act(2, Act::Steer(Steer::Rate(1.5)), None, START_MS).unwrap();
}

#[test]
fn a_scheduled_party_begins_by_itself() {
    let mut party = party();
    (party.item, party.starts_at_ms) = (Some(work(1).item), Some(START_MS + 5_000));
    let mut state = State::new(party, PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    assert_eq!(clock(&state, START_MS).state, PlayState::Paused);
    assert_eq!(state.next_due_ms(START_MS), Some(START_MS + 5_000));
    state.tick(START_MS + 5_000);
    let begun = clock(&state, START_MS);
    assert_eq!((begun.state, begun.because), (PlayState::Playing, Cause::Schedule));
    assert_eq!(state.party().starts_at_ms, None);
}

#[test]
fn who_was_banned_is_listed_by_name_until_they_are_let_in_again() {
    let mut state = State::new(party(), PartySettings::default());
    for n in 0..2 {
        state.join(joining(u64::from(n) + 1, n, None), START_MS).unwrap();
    }
    let name = state.member_view(&user(1)).name;
    let order = |state: &mut State, order| state.act(1, Act::Order(order), None, START_MS).map(|_| ());
    order(&mut state, Order::Ban(user(1))).unwrap();
    assert_eq!(state.snapshot(&user(0), START_MS).banned, [(user(1), name)]);
    assert!(state.join(joining(3, 1, None), START_MS).is_err());
    order(&mut state, Order::Unban(user(1))).unwrap();
    assert!(state.snapshot(&user(0), START_MS).banned.is_empty());
    assert!(state.join(joining(3, 1, None), START_MS).is_ok());
}
