//! The room's mood inside a party: evidence per member, a robust mean, and what is worth telling.

use crate::live::MoodView;
use soiree_algorithms::mood::{self, MemberMood, MoodEstimate, MoodParams, Pace};
use soiree_domain::{Mood, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Scores that have not been told yet, and the new mood if it changed.
pub(crate) type Flush = (Vec<(i64, f32)>, Option<MoodView>);

/// Below this distance on the plane a change of mood is not told.
const TELL_FROM: f32 = 0.02;

/// The most that a bad mood adds to a member's weight.
const MOST_COMFORT: f32 = 0.25;
/// What is on colours the mood of those who watch, by this share of its own.
const ON_AIR_SHARE: f32 = 0.5;
/// Gaps between two lines are taken to lie between these.
const GAP_MS: [f32; 2] = [500.0, 120_000.0];

/// What a member does that tells a feeling without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gesture {
    /// Wants to go on to something else.
    Skip,
    /// Forbids a work.
    Veto,
    /// Is for a work.
    VoteUp,
    /// Is against a work.
    VoteDown,
    /// Stops what plays.
    Pause,
    /// Goes back to see something again.
    Rewind,
}

impl Gesture {
    /// What it says and how much: a line of chat weighs 1. Set by hand; each is weak, because people skip and pause for
    /// many reasons.
    fn reads(self) -> (Mood, f32, &'static str) {
        let (valence, arousal, weight, driver) = match self {
            Self::Skip => (-0.5, 0.1, 0.5, "skips"),
            Self::Veto => (-0.5, 0.3, 0.4, "votes"),
            Self::VoteUp => (0.4, 0.2, 0.3, "votes"),
            Self::VoteDown => (-0.3, 0.1, 0.3, "votes"),
            Self::Pause => (0.0, -0.3, 0.2, "pauses"),
            Self::Rewind => (0.3, 0.3, 0.2, "replays"),
        };
        (Mood::new(valence, arousal), weight, driver)
    }
}

#[derive(Debug, Clone)]
struct Person {
    mood: MemberMood,
    /// What moved it last, in words.
    driver: Option<(f32, &'static str)>,
    tempo: Tempo,
}

/// How fast somebody writes now, and usually: decayed means of the gaps between their lines, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Tempo {
    last_ms: Option<i64>,
    now: f32,
    usual: f32,
}

impl Tempo {
    /// Another line was written.
    fn line(&mut self, now_ms: i64) -> Pace {
        let gap = self.last_ms.map(|last| (now_ms.saturating_sub(last) as f32).clamp(GAP_MS[0], GAP_MS[1]));
        self.last_ms = Some(now_ms);
        match gap {
            Some(gap) if self.usual > 0.0 => {
                self.now += 0.5 * (gap - self.now);
                self.usual += 0.1 * (gap - self.usual);
            }
            Some(gap) => (self.now, self.usual) = (gap, gap),
            None => {}
        }
        let per_minute = |gap: f32| if gap > 0.0 { 60_000.0 / gap } else { 1.0 };
        Pace { lines_per_minute: per_minute(self.now), usual: per_minute(self.usual) }
    }
}

/// Moods of one room. At most one flush per interval, so that a busy chat does not double the traffic.
#[derive(Debug, Clone)]
pub(crate) struct RoomMood {
    interval_ms: i64,
    shift: f32,
    params: MoodParams,
    people: BTreeMap<UserId, Person>,
    /// Who does not want to count.
    silent: BTreeSet<UserId>,
    unsent: Vec<(i64, f32)>,
    dirty: bool,
    last_flush_ms: Option<i64>,
    told: Option<Mood>,
    /// The mood for which the last round was made.
    served: Mood,
}

impl RoomMood {
    pub(crate) fn new(interval_ms: i64, shift: f32) -> Self {
        Self {
            interval_ms,
            shift,
            params: MoodParams::default(),
            people: BTreeMap::new(),
            silent: BTreeSet::new(),
            unsent: Vec::new(),
            dirty: false,
            last_flush_ms: None,
            told: None,
            served: Mood::default(),
        }
    }

    /// A scored line of chat. Nothing is kept or told of one by a member who does not want to count.
    pub(crate) fn line(&mut self, seq: i64, user: &UserId, text: &str, compound: f32, now_ms: i64) {
        if let Some(person) = self.person(user) {
            let pace = person.tempo.line(now_ms);
            let mood = mood::line_mood_at_pace(f64::from(compound), text, pace);
            self.observe(user, mood, 1.0, "chat", now_ms);
            self.unsent.push((seq, compound));
        }
    }

    /// Whether what somebody writes and does counts.
    pub(crate) fn counts(&self, user: &UserId) -> bool {
        !self.silent.contains(user)
    }

    /// A reaction; emoji without a known mood say nothing.
    pub(crate) fn reaction(&mut self, user: &UserId, emoji: &str, now_ms: i64) {
        if let Some(mood) = mood::emoji_mood(emoji) {
            self.observe(user, mood, 0.5, "reactions", now_ms);
        }
    }

    /// What a member says of themself counts for more than what is read out of their words.
    pub(crate) fn said(&mut self, user: &UserId, mood: Mood, now_ms: i64) {
        self.observe(user, mood, 4.0, "said so", now_ms);
    }

    /// A member does something that tells a feeling.
    pub(crate) fn did(&mut self, user: &UserId, gesture: Gesture, now_ms: i64) {
        let (mood, weight, driver) = gesture.reads();
        self.observe(user, mood, weight, driver, now_ms);
    }

    /// Something else is on: who watches takes on a little of what lies in it.
    pub(crate) fn on_air(&mut self, watching: &[UserId], mood: Option<Mood>, now_ms: i64) {
        let Some(mood) = mood else { return };
        let coloured = Mood::new(ON_AIR_SHARE * mood.valence, ON_AIR_SHARE * mood.arousal);
        for user in watching {
            self.observe(user, coloured, 0.5, "what is on", now_ms);
        }
    }

    /// Whether what a member writes and does may count. What was known of them is forgotten when it may not.
    pub(crate) fn share(&mut self, user: &UserId, shares: bool) {
        if shares {
            self.silent.remove(user);
        } else {
            self.silent.insert(user.clone());
            self.dirty |= self.people.remove(user).is_some();
        }
    }

    /// Tells of waiting scores only those whose lines `keep` names.
    pub(crate) fn keep_scores(&mut self, keep: impl Fn(i64) -> bool) {
        self.unsent.retain(|(seq, _)| keep(*seq));
    }

    pub(crate) fn forget(&mut self, user: &UserId) {
        self.people.remove(user);
        self.silent.remove(user);
    }

    /// How much more a member counts who feels bad: `1 + 0.25 · unpleasantness · confidence`, so 1 to 1.25.
    pub(crate) fn weight(&self, user: &UserId, now_ms: i64) -> f32 {
        let felt = self.people.get(user).map(|person| person.mood.at(now_ms)).unwrap_or_default();
        1.0 + MOST_COMFORT * (-felt.mood.valence).max(0.0) * felt.confidence
    }

    /// The estimate now.
    pub(crate) fn view(&self, now_ms: i64) -> MoodView {
        let room = self.estimate(now_ms);
        MoodView { mood: room.mood, confidence: room.confidence, drivers: self.drivers() }
    }

    /// What should be told now, if it is time and there is anything.
    pub(crate) fn flush(&mut self, now_ms: i64) -> Option<Flush> {
        let waiting = self.dirty || !self.unsent.is_empty();
        if !waiting || self.last_flush_ms.is_some_and(|last| now_ms < last + self.interval_ms) {
            return None;
        }
        self.last_flush_ms = Some(now_ms);
        self.dirty = false;
        let view = self.view(now_ms);
        let news = self.told.is_none_or(|told| told.distance(view.mood) >= TELL_FROM);
        if news {
            self.told = Some(view.mood);
        }
        Some((std::mem::take(&mut self.unsent), news.then_some(view)))
    }

    /// Whether the mood has moved far from the one the last round was made for.
    pub(crate) fn has_shifted(&self, now_ms: i64) -> bool {
        self.dirty_or_told() && self.estimate(now_ms).mood.distance(self.served) >= self.shift
    }

    /// A round was made for the mood of now.
    pub(crate) fn remember(&mut self, now_ms: i64) {
        self.served = self.estimate(now_ms).mood;
    }

    pub(crate) fn next_due_ms(&self) -> Option<i64> {
        let waiting = self.dirty || !self.unsent.is_empty();
        self.last_flush_ms.filter(|_| waiting).map(|last| last + self.interval_ms)
    }

    fn dirty_or_told(&self) -> bool {
        self.dirty || self.told.is_some()
    }

    fn observe(&mut self, user: &UserId, mood: Mood, weight: f32, driver: &'static str, now_ms: i64) {
        if let Some(person) = self.person(user) {
            person.mood.observe(now_ms, mood, weight);
            person.driver = Some((mood.valence, driver));
            self.dirty = true;
        }
    }

    /// What is known of a member; nothing of one who does not want to count.
    fn person(&mut self, user: &UserId) -> Option<&mut Person> {
        if !self.counts(user) {
            return None;
        }
        let params = self.params;
        let new = || Person { mood: MemberMood::new(params), driver: None, tempo: Tempo::default() };
        Some(self.people.entry(user.clone()).or_insert_with(new))
    }

    fn estimate(&self, now_ms: i64) -> MoodEstimate {
        let people: Vec<_> = self.people.values().map(|person| person.mood.at(now_ms)).collect();
        mood::room_mood(&people)
    }

    fn drivers(&self) -> Vec<String> {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (valence, driver) in self.people.values().filter_map(|person| person.driver) {
            let tone = match valence {
                v if v > 0.05 => "pleasant",
                v if v < -0.05 => "unpleasant",
                _ => "neutral",
            };
            *counts.entry((tone, driver)).or_default() += 1;
        }
        let mut drivers: Vec<_> = counts.into_iter().collect();
        drivers.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let plural = |count: usize| if count == 1 { "member" } else { "members" };
        drivers
            .into_iter()
            .take(3)
            .map(|((tone, driver), count)| format!("{tone} {driver} of {count} {}", plural(count)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    #[test]
    fn who_does_not_want_to_count_leaves_no_trace() {
        let mut room = RoomMood::new(1_000, 0.25);
        let (ana, bo) = (user("ana"), user("bo"));
        room.line(1, &ana, "this is awful", -0.8, 0);
        assert!(room.view(0).mood.valence < -0.2 && room.weight(&ana, 0) > 1.0);
        room.share(&ana, false);
        assert_eq!(room.view(0).mood, Mood::default());
        room.keep_scores(|seq| seq != 1);
        assert_eq!(room.flush(5).unwrap().0, [], "a score that waited is told to nobody");
        room.line(2, &ana, "still awful", -0.8, 10);
        room.said(&ana, Mood::new(-1.0, 0.0), 20);
        room.did(&ana, Gesture::Skip, 30);
        room.on_air(&[ana.clone(), bo.clone()], Some(Mood::new(0.8, 0.4)), 40);
        let view = room.view(40);
        assert!(view.mood.valence > 0.0 && view.drivers == ["pleasant what is on of 1 member"], "{view:?}");
        assert!((room.weight(&ana, 40) - 1.0).abs() < 1e-6);
        room.share(&ana, true);
        room.line(3, &ana, "better", 0.4, 50);
        assert!(room.view(50).drivers.len() == 2);
        assert_eq!(room.flush(2_000).unwrap().0, [(3, 0.4)], "how the silent line sounds is told to nobody");
    }

    #[test]
    fn a_mood_moves_weights_within_its_bound() {
        let mut room = RoomMood::new(1_000, 0.25);
        let ana = user("ana");
        for at in 0..50 {
            room.said(&ana, Mood::new(-1.0, 1.0), at);
        }
        let weight = room.weight(&ana, 50);
        assert!(weight > 1.2 && weight <= 1.0 + MOST_COMFORT);
    }

    #[test]
    fn writing_faster_than_usual_raises_arousal() {
        let mut tempo = Tempo::default();
        assert_eq!(tempo.line(0), Pace { lines_per_minute: 1.0, usual: 1.0 });
        (1..10).for_each(|n| {
            tempo.line(n * 30_000);
        });
        let pace = tempo.line(9 * 30_000 + 2_000);
        assert!(pace.lines_per_minute > 1.3 * pace.usual, "{pace:?}");
    }
}
