//! The room's mood inside a party: evidence per member, a robust mean, and what is worth telling.

use crate::live::MoodView;
use soiree_algorithms::mood::{self, MemberMood, MoodEstimate, MoodParams};
use soiree_domain::{Mood, UserId};
use std::collections::BTreeMap;

/// Scores that have not been told yet, and the new mood if it changed.
pub(crate) type Flush = (Vec<(i64, f32)>, Option<MoodView>);

/// Below this distance on the plane a change of mood is not told.
const TELL_FROM: f32 = 0.02;

#[derive(Debug, Clone)]
struct Person {
    mood: MemberMood,
    /// What moved it last, in words.
    driver: Option<(f32, &'static str)>,
}

/// Moods of one room. At most one flush per interval, so that a busy chat does not double the traffic.
#[derive(Debug, Clone)]
pub(crate) struct RoomMood {
    interval_ms: i64,
    shift: f32,
    params: MoodParams,
    people: BTreeMap<UserId, Person>,
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
            unsent: Vec::new(),
            dirty: false,
            last_flush_ms: None,
            told: None,
            served: Mood::default(),
        }
    }

    /// A scored line of chat.
    pub(crate) fn line(&mut self, seq: i64, user: &UserId, text: &str, compound: f32, now_ms: i64) {
        self.unsent.push((seq, compound));
        self.observe(user, mood::line_mood(f64::from(compound), text), 1.0, "chat", now_ms);
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

    pub(crate) fn forget(&mut self, user: &UserId) {
        self.people.remove(user);
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
        let params = self.params;
        let person = self
            .people
            .entry(user.clone())
            .or_insert_with(|| Person { mood: MemberMood::new(params), driver: None });
        person.mood.observe(now_ms, mood, weight);
        person.driver = Some((mood.valence, driver));
        self.dirty = true;
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
