//! The state against a naive model: thousands of evenings of joins, chat, drops, returns and rebuilds.

use super::{
    record::{Numbered, Record, Saved},
    settings::PartySettings,
    state::{Conn, Effect, Joining, State},
};
use crate::live::{Because, Event, Round};
use proptest::prelude::*;
use soiree_domain::{
    Control, ItemId, ModelVersion, Party, PartyId, RecommendationId, Scored, Strategy as GroupStrategy,
    UserId, Visibility,
};
use std::collections::{BTreeMap, BTreeSet};

const START_MS: i64 = 1_000_000;

fn party() -> Party {
    Party {
        id: PartyId::new("p").unwrap(),
        name: "Evening".into(),
        visibility: Visibility::Public,
        control: Control::Host,
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
    Joining { conn, user: user(n), name: format!("User {n}"), since, reference: None }
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
        left_out: Vec::new(),
    }
}

/// Plays the shell: journals at once, delivers in order, and keeps what each connection has seen.
#[derive(Default)]
struct Rig {
    journal: Vec<Numbered>,
    saved: Option<Saved>,
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
                        | Event::Changed { seq, .. } => {
                            self.see(conn, seq);
                        }
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
                Effect::Save(saved) => self.saved = Some(saved),
                Effect::Broadcast(_) | Effect::Latest(..) | Effect::Score { .. } => {}
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
        2 => (1_i64..40_000).prop_map(Step::Wait),
        1 => Just(Step::Crash),
    ]
}

/// What a naive reader makes of the journal: who is in, and what was said.
fn naive(journal: &[Numbered]) -> (BTreeSet<UserId>, Vec<String>) {
    let (mut members, mut chat) = (BTreeSet::new(), Vec::new());
    for event in journal {
        match &event.record {
            Record::Joined { user, .. } => {
                assert!(members.insert(user.clone()), "joined twice");
            }
            Record::Left { user } => {
                assert!(members.remove(user), "left without being there");
            }
            Record::Chat { user, text, .. } => {
                assert!(members.contains(user), "spoke without being there");
                chat.push(text.clone());
            }
            Record::Role { .. } | Record::Round { .. } | Record::Changed { .. } | Record::Removed => {}
        }
    }
    (members, chat)
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
                rig.perform(state.join(joining(conn, user, since), now_ms).unwrap());
            }
            Step::Leave(n) => {
                let result = state.leave(&user(n), now_ms);
                assert_eq!(result.is_ok(), naive(&rig.journal).0.contains(&user(n)));
                rig.perform(result.unwrap_or_default());
            }
            Step::Drop(n) => {
                if let Some(conn) = conns.get(&n) {
                    rig.perform(state.disconnect(*conn, now_ms));
                }
            }
            Step::Chat { user, text } => {
                let conn = conns.get(&user).copied().unwrap_or(0);
                let allowed = rig.attached.contains(&conn);
                let result = state.chat(conn, text, None, None, now_ms);
                assert_eq!(result.is_ok(), allowed);
                rig.perform(result.unwrap_or_default());
            }
            Step::Score => rig.perform(state.scored(state.seq(), 0.5, now_ms)),
            Step::Deed(n) => rig.perform(state.deed(&user(n), now_ms)),
            Step::Answer(item) => {
                if std::mem::take(&mut rig.asked) {
                    let members = naive(&rig.journal).0;
                    rig.perform(state.round_ready(Some(round(&members, item)), now_ms));
                }
            }
            Step::Rename(n) => {
                let named = Party { name: format!("Evening {n}"), ..state.party().clone() };
                rig.perform(state.change(named, now_ms));
            }
            Step::Wait(ms) => {
                now_ms += ms;
                rig.perform(state.tick(now_ms));
            }
            Step::Crash => {
                let saved = rig.saved.clone();
                state = State::restore(party(), settings, saved, rig.journal.clone(), now_ms);
                rig.asked = false;
                rig.attached.clear();
            }
        }
        let (members, chat) = naive(&rig.journal);
        let shown = state.snapshot(&user(0), now_ms);
        assert_eq!(shown.seq, i64::try_from(rig.journal.len()).unwrap());
        assert_eq!(shown.members.iter().map(|m| m.user.clone()).collect::<BTreeSet<_>>(), members);
        let tail: Vec<_> = chat.iter().rev().take(settings.chat_tail).rev().cloned().collect();
        assert_eq!(shown.chat.iter().map(|l| l.text.clone()).collect::<Vec<_>>(), tail);
        for conn in &rig.attached {
            assert_eq!(rig.last(*conn), state.seq(), "connection {conn} is behind");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

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
        state.chat(1, text.into(), None, None, now_ms).unwrap();
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
    state.chat(1, "hello".into(), None, None, START_MS).unwrap();
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
    let due = state.next_due_ms().unwrap();
    assert_eq!(due, START_MS + PartySettings::default().away_grace_ms);
    assert!(state.tick(due - 1).is_empty());
    let effects = state.tick(due);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Journal(n) if n.record == Record::Left { user: user(0) }))
    );
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
