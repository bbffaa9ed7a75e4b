//! The state against a naive model: thousands of evenings of joins, chat, films, votes, drops, returns and rebuilds.

mod consent;
mod naive;
mod watch;

use self::naive::Naive;
use super::{
    record::{Numbered, Record, Saved},
    settings::PartySettings,
    state::{Conn, Effect, Joining, Line, State},
};
use crate::live::{Because, Event, Round, watch::Act};
use proptest::prelude::*;
use soiree_domain::{
    Control, ItemId, ModelVersion, Party, PartyId, RecommendationId, Scored, Strategy as GroupStrategy,
    UserId, Visibility, Wait,
};
use std::collections::{BTreeMap, BTreeSet};

const START_MS: i64 = 1_000_000;

fn party() -> Party {
    Party {
        id: PartyId::new("p").unwrap(),
        name: "Evening".into(),
        visibility: Visibility::Public,
        control: Control::Host,
        wait: Wait::Quorum,
        locked: false,
        starts_at_ms: None,
        taste: soiree_domain::Taste::default(),
        host: user(0),
        item: None,
        password_hash: None,
        created_at_ms: START_MS,
        ended_at_ms: None,
        epoch: 1,
        fence: 1,
    }
}

fn user(n: u8) -> UserId {
    UserId::new(format!("u{n}")).unwrap()
}

fn joining(conn: Conn, n: u8, since: Option<(i64, i64)>) -> Joining {
    Joining { conn, user: user(n), name: format!("User {n}"), since, shares_mood: true, reference: None }
}

fn line(text: &str) -> Line {
    Line { text: text.to_owned(), ..Line::default() }
}

fn round(members: &BTreeSet<UserId>, item: u8) -> Round {
    Round {
        round: 0,
        recommendation_id: RecommendationId::new("r").unwrap(),
        version: ModelVersion::new("v").unwrap(),
        strategy: GroupStrategy::Average,
        because: Because::Event,
        items: vec![crate::live::RoundItem {
            scored: Scored {
                item: ItemId::new(format!("i{item}")).unwrap(),
                score: 1.0,
                reasons: Vec::new(),
            },
            satisfaction: Vec::new(),
        }],
        satisfaction: members.iter().map(|u| (u.clone(), 0.5)).collect(),
        min_satisfaction: 0.5,
        mean_satisfaction: 0.5,
        spread: 0.0,
        age_limit: None,
        left_out: Vec::new(),
    }
}

/// Plays the shell: journals at once, delivers in order, and keeps what each connection has seen.
#[derive(Default)]
struct Rig {
    journal: Vec<Numbered>,
    saved: Option<Saved>,
    /// The party's row as it was last written.
    row: Option<Party>,
    attached: BTreeSet<Conn>,
    /// The number of the last event each connection knows.
    knows: BTreeMap<Conn, i64>,
    /// Whether a round was asked for and has not been answered.
    asked: bool,
}

impl Rig {
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Journal(event) => {
                    assert_eq!(
                        event.seq,
                        i64::try_from(self.journal.len()).unwrap() + 1,
                        "numbers grow by one"
                    );
                    self.journal.push(event);
                }
                Effect::Announce { event, .. } => {
                    assert!(self.journal.iter().any(|e| e.seq == event.seq), "shown before it was written");
                    for conn in &self.attached {
                        self.see(*conn, event.seq);
                    }
                }
                Effect::Tell { conn, event, .. } => {
                    assert!(self.attached.contains(&conn), "told before it was attached");
                    match event {
                        Event::Snapshot(snapshot) => {
                            self.knows.insert(conn, snapshot.seq);
                        }
                        Event::Chat { line, .. } => self.see(conn, line.seq),
                        Event::Member { seq: Some(seq), .. }
                        | Event::Recommendations { seq, .. }
                        | Event::Changed { seq, .. }
                        | Event::Playback { seq: Some(seq), .. }
                        | Event::Queue { seq, .. }
                        | Event::Poll { seq, .. }
                        | Event::Removed { seq, .. } => {
                            self.see(conn, seq);
                        }
                        Event::Playback { seq: None, .. } | Event::Correction { .. } => {}
                        Event::Resumed { seq, .. } => {
                            assert!(
                                self.knows[&conn] <= seq,
                                "a resumed client knows nothing from the future"
                            );
                        }
                        other => panic!("unexpected {other:?}"),
                    }
                }
                Effect::Attach(conn) => {
                    self.attached.insert(conn);
                }
                Effect::Detach(conn) => {
                    self.attached.remove(&conn);
                }
                Effect::Recommend(_) => {
                    assert!(!self.asked, "at most one round in flight");
                    self.asked = true;
                }
                Effect::Save(saved) => self.saved = Some(*saved),
                Effect::Empty(seq) => {
                    self.journal[usize::try_from(seq).unwrap() - 1].record = Record::Removed
                }
                Effect::Row(row) => self.row = Some(row),
                Effect::Sleep | Effect::Broadcast(_) | Effect::Latest(..) | Effect::Score { .. } => {}
            }
        }
    }

    fn see(&self, conn: Conn, seq: i64) {
        // Interior bookkeeping happens in `perform`'s caller through `advance`.
        let known = self.knows.get(&conn).copied().unwrap_or(0);
        SEEN.with(|seen| {
            let mut seen = seen.borrow_mut();
            let last = seen.get(&conn).copied().unwrap_or(known).max(known);
            assert_eq!(seq, last + 1, "connection {conn} must see {} next", last + 1);
            seen.insert(conn, seq);
        });
    }

    /// The number of the last event a connection knows.
    fn last(&self, conn: Conn) -> i64 {
        let known = self.knows.get(&conn).copied().unwrap_or(0);
        SEEN.with(|seen| seen.borrow().get(&conn).copied().unwrap_or(known).max(known))
    }
}

thread_local! {
    static SEEN: std::cell::RefCell<BTreeMap<Conn, i64>> = std::cell::RefCell::default();
}

#[derive(Debug, Clone)]
enum Step {
    Join { user: u8, returning: bool },
    Leave(u8),
    Drop(u8),
    Chat { user: u8, text: String },
    Score,
    Deed(u8),
    Answer(u8),
    Rename(u8),
    Act { user: u8, act: Act },
    Wait(i64),
    Crash,
}

fn step() -> impl proptest::strategy::Strategy<Value = Step> {
    prop_oneof![
        3 => (0_u8..6, any::<bool>()).prop_map(|(user, returning)| Step::Join { user, returning }),
        1 => (0_u8..6).prop_map(Step::Leave),
        2 => (0_u8..6).prop_map(Step::Drop),
        6 => (0_u8..6, "[a-z]{1,8}").prop_map(|(user, text)| Step::Chat { user, text }),
        2 => Just(Step::Score),
        1 => (0_u8..6).prop_map(Step::Deed),
        2 => (0_u8..4).prop_map(Step::Answer),
        1 => (0_u8..4).prop_map(Step::Rename),
        8 => (0_u8..6, watch::act()).prop_map(|(user, act)| Step::Act { user, act }),
        2 => (1_i64..40_000).prop_map(Step::Wait),
        1 => Just(Step::Crash),
    ]
}

fn play(steps: Vec<Step>, settings: PartySettings) {
    SEEN.with(|seen| seen.borrow_mut().clear());
    let mut rig = Rig::default();
    let mut state = State::new(party(), settings);
    let mut now_ms = START_MS;
    let mut next_conn: Conn = 1;
    // The newest connection of each person, live or dropped.
    let mut conns: BTreeMap<u8, Conn> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Join { user, returning } => {
                let old = conns.get(&user).copied();
                let since = old.filter(|_| returning).map(|old| (1, rig.last(old)));
                if let Some(old) = old {
                    rig.perform(state.disconnect(old, now_ms));
                }
                let conn = next_conn;
                next_conn += 1;
                if let Some((_, seq)) = since {
                    rig.knows.insert(conn, seq);
                }
                conns.insert(user, conn);
                let may = Naive::read(&rig.journal).may_enter(&self::user(user), state.party());
                let joined = state.join(joining(conn, user, since), now_ms);
                assert_eq!(joined.is_ok(), may, "the door: {joined:?}");
                rig.perform(joined.unwrap_or_default());
            }
            Step::Leave(n) => {
                let result = state.leave(&user(n), now_ms);
                assert_eq!(result.is_ok(), Naive::read(&rig.journal).members.contains_key(&user(n)));
                rig.perform(result.unwrap_or_default());
            }
            Step::Drop(n) => {
                if let Some(conn) = conns.get(&n) {
                    rig.perform(state.disconnect(*conn, now_ms));
                }
            }
            Step::Chat { user, text } => {
                let conn = conns.get(&user).copied().unwrap_or(0);
                let may = Naive::read(&rig.journal).may_speak(&self::user(user));
                let allowed = rig.attached.contains(&conn) && may;
                let line = Line { text, ..Line::default() };
                let result = state.chat(conn, line, None, now_ms);
                assert_eq!(result.is_ok(), allowed);
                rig.perform(result.unwrap_or_default());
            }
            Step::Score => rig.perform(state.scored(state.seq(), 0.5, now_ms)),
            Step::Deed(n) => rig.perform(state.deed(&user(n), now_ms)),
            Step::Answer(item) => {
                if std::mem::take(&mut rig.asked) {
                    let members = Naive::read(&rig.journal).members.into_keys().collect();
                    rig.perform(state.round_ready(Some(round(&members, item)), now_ms));
                }
            }
            Step::Rename(n) => {
                let named = Party { name: format!("Evening {n}"), ..state.party().clone() };
                rig.perform(state.change(named, now_ms));
            }
            Step::Act { user, act } => {
                let conn = conns.get(&user).copied().unwrap_or(0);
                let naive = Naive::read(&rig.journal);
                let present = rig.attached.contains(&conn);
                let may = present && naive.may(&self::user(user), &act, state.party());
                let result = state.act(conn, act.clone(), None, now_ms);
                if !may {
                    assert!(result.is_err(), "{user} may not {act:?}");
                }
                rig.perform(result.unwrap_or_default());
            }
            Step::Wait(ms) => {
                now_ms += ms;
                rig.perform(state.tick(now_ms));
            }
            Step::Crash => {
                let saved = rig.saved.clone();
                let row = rig.row.clone().unwrap_or_else(party);
                state = State::restore(row, settings, saved, rig.journal.clone(), now_ms);
                rig.asked = false;
                rig.attached.clear();
            }
        }
        let naive = Naive::read(&rig.journal);
        let shown = state.snapshot(&user(0), now_ms);
        assert_eq!(shown.seq, i64::try_from(rig.journal.len()).unwrap());
        naive.agrees(&shown, settings.chat_tail);
        for conn in &rig.attached {
            assert_eq!(rig.last(*conn), state.seq(), "connection {conn} is behind");
        }
    }
}

/// How many evenings are played: 400, or `SOIREE_EVENINGS`.
fn evenings() -> u32 {
    std::env::var("SOIREE_EVENINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: evenings(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_agrees_with_a_naive_reader(steps in prop::collection::vec(step(), 1..120)) {
        let settings = PartySettings { chat_tail: 5, recovery_events: 20, snapshot_every: 7, ..PartySettings::default() };
        play(steps, settings);
    }
}

#[test]
fn who_comes_back_in_time_gets_exactly_what_was_missed() {
    let mut state = State::new(party(), PartySettings::default());
    let mut now_ms = START_MS;
    state.join(joining(1, 0, None), now_ms).unwrap();
    state.join(joining(2, 1, None), now_ms).unwrap();
    state.disconnect(2, now_ms);
    for text in ["one", "two"] {
        now_ms += 10;
        state.chat(1, line(text), None, now_ms).unwrap();
    }
    let effects = state.join(joining(3, 1, Some((1, 2))), now_ms).unwrap();
    let told: Vec<_> = effects
        .iter()
        .filter_map(|e| match e {
            Effect::Tell { event: Event::Resumed { seq, online, .. }, .. } => {
                Some(format!("resumed to {seq} with {online:?}"))
            }
            Effect::Tell { event: Event::Chat { line, .. }, .. } => Some(line.text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["resumed to 4 with [\"u0\", \"u1\"]", "one", "two"]);
}

#[test]
fn who_comes_back_too_late_gets_a_snapshot() {
    let mut state = State::new(party(), PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    state.chat(1, line("hello"), None, START_MS).unwrap();
    let late = START_MS + PartySettings::default().recovery_ms + 1;
    for (since, now_ms) in [((1, 1), late), ((2, 1), START_MS), ((1, 99), START_MS), ((1, -1), START_MS)] {
        let mut state = state.clone();
        let effects = state.join(joining(9, 0, Some(since)), now_ms).unwrap();
        let whole = effects.iter().any(|e| matches!(e, Effect::Tell { event: Event::Snapshot(_), .. }));
        assert!(whole, "since {since:?} at {now_ms}");
    }
}

#[test]
fn a_member_without_a_socket_leaves_after_the_grace_time() {
    let mut state = State::new(party(), PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    state.disconnect(1, START_MS);
    let due = state.next_due_ms(START_MS).unwrap();
    assert_eq!(due, START_MS + PartySettings::default().away_grace_ms);
    assert!(state.tick(due - 1).is_empty());
    let effects = state.tick(due);
    assert!(effects.iter().any(|e| matches!(e, Effect::Journal(n) if n.record.kind() == "left")));
    assert!(!state.is_member(&user(0)));
}

#[test]
fn a_round_that_says_nothing_new_is_not_shown() {
    let mut state = State::new(party(), PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    let members = BTreeSet::from([user(0)]);
    let first = state.round_ready(Some(round(&members, 1)), START_MS);
    assert!(first.iter().any(|e| matches!(e, Effect::Journal(_))));
    assert!(
        !state
            .round_ready(Some(round(&members, 1)), START_MS)
            .iter()
            .any(|e| matches!(e, Effect::Journal(_)))
    );
    assert!(
        state.round_ready(Some(round(&members, 2)), START_MS).iter().any(|e| matches!(e, Effect::Journal(_)))
    );
    assert!(state.round_ready(None, START_MS).is_empty(), "a missing model changes nothing");
}

#[test]
fn private_reasons_never_reach_the_journal() {
    let mut state = State::new(party(), PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    let mut made = round(&BTreeSet::from([user(0)]), 1);
    made.items[0].scored.reasons.push(soiree_domain::Reason {
        source: soiree_domain::Source::Ials,
        text: "Because you finished a secret".into(),
        item: None,
        private_to: Some(user(0)),
    });
    let effects = state.round_ready(Some(made), START_MS);
    let journalled =
        effects.iter().find_map(|e| if let Effect::Journal(n) = e { Some(n.clone()) } else { None });
    let row = journalled.unwrap().row(&PartyId::new("p").unwrap(), 1, 1);
    assert!(!row.body.contains("secret"), "{}", row.body);
    assert!(serde_json::to_string(&state.saved()).is_ok_and(|saved| !saved.contains("secret")));
}

#[test]
fn a_party_sleeps_when_nobody_has_been_there_for_a_while() {
    let mut state = State::new(party(), PartySettings::default());
    state.join(joining(1, 0, None), START_MS).unwrap();
    state.leave(&user(0), START_MS).unwrap();
    let due = START_MS + PartySettings::default().idle_ms;
    assert_eq!(state.next_due_ms(START_MS), Some(due));
    assert!(state.tick(due - 1).is_empty());
    let mut busy = state.clone();
    busy.join(joining(2, 1, None), due - 1).unwrap();
    assert!(!busy.tick(due).contains(&Effect::Sleep));
    assert!(state.tick(due).contains(&Effect::Sleep));
}
