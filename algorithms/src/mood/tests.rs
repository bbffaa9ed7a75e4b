//! Examples by hand and laws of moods.

use proptest::prelude::*;
use soiree_domain::Mood;

use super::*;

const MINUTE: i64 = 60_000;

fn estimate(valence: f32, arousal: f32) -> MoodEstimate {
    MoodEstimate { mood: Mood::new(valence, arousal), confidence: 0.8 }
}

fn close(a: Mood, b: Mood, tolerance: f32) -> bool {
    a.distance(b) <= tolerance
}

#[test]
fn each_cue_raises_or_lowers_arousal_and_leaves_valence() {
    let plain = "what a nice evening this is";
    let base = line_mood(0.4, plain);
    let raised = [
        "what a nice evening this is!",
        "what a NICE evening this is",
        "what a niiice evening this is",
        "what a nice evening this is 🔥",
        "nice evening",
    ];
    for text in raised {
        let mood = line_mood(0.4, text);
        assert!(mood.arousal > base.arousal + 0.01, "{text}: {mood:?} against {base:?}");
        assert!((mood.valence - 0.4).abs() < 1e-6);
    }
    assert!(line_mood(0.4, "what a nice evening this is 😴").arousal < base.arousal);
    assert!(line_mood(-0.9, plain).arousal > base.arousal, "feeling in either direction");
    let at = |lines_per_minute| line_mood_at_pace(0.4, plain, Pace { lines_per_minute, usual: 2.0 }).arousal;
    assert!(at(8.0) > at(2.0) && at(2.0) > at(0.5));
    assert!(line_mood(0.0, "the train leaves at nine").arousal < 0.0);
}

#[test]
fn a_member_is_halfway_after_one_line_and_fades_by_halves() {
    let params = MoodParams { half_life_minutes: 10.0, neutral_weight: 1.0 };
    let mut member = MemberMood::new(params);
    assert_eq!(member.at(5), MoodEstimate::default());
    member.observe(0, Mood::new(0.8, -0.4), 1.0);
    let now = member.at(0);
    assert!(close(now.mood, Mood::new(0.4, -0.2), 1e-6) && (now.confidence - 0.5).abs() < 1e-6);
    // After one half-life: 0.5 of evidence against 1 of neutral.
    let later = member.at(10 * MINUTE);
    assert!(close(later.mood, Mood::new(0.8 / 3.0, -0.4 / 3.0), 1e-6));
    assert!((later.confidence - 1.0 / 3.0).abs() < 1e-6);
}

#[test]
fn weights_that_make_no_sense_and_extreme_times_are_harmless() {
    let mut member = MemberMood::new(MoodParams::default());
    for weight in [0.0, -1.0, f32::NAN, f32::NEG_INFINITY] {
        member.observe(0, Mood::new(1.0, 1.0), weight);
    }
    assert_eq!(member.at(0), MoodEstimate::default());
    member.observe(i64::MAX, Mood::new(1.0, 1.0), f32::INFINITY);
    member.observe(i64::MIN, Mood::new(-1.0, -1.0), 1.0);
    assert!(member.at(i64::MIN).mood.valence > 0.9);
    assert!(member.at(i64::MAX).confidence <= 1.0);
}

#[test]
fn parameters_out_of_range_are_refused() {
    assert!(MoodParams::default().check().is_ok());
    for half_life_minutes in [0.0, -1.0, f32::NAN, 1e6] {
        assert!(MoodParams { half_life_minutes, ..MoodParams::default() }.check().is_err());
    }
    assert!(MoodParams { neutral_weight: 0.0, ..MoodParams::default() }.check().is_err());
}

#[test]
fn a_room_is_its_mean_while_members_are_near_and_holds_against_one() {
    let near = [estimate(0.1, 0.0), estimate(0.3, 0.2), estimate(0.2, 0.1)];
    assert!(close(room_mood(&near).mood, Mood::new(0.2, 0.1), 1e-5));
    let loud =
        [estimate(0.0, 0.0), estimate(0.0, 0.0), estimate(0.0, 0.0), estimate(0.0, 0.0), estimate(1.0, 0.0)];
    assert!(close(room_mood(&loud).mood, Mood::new(0.125, 0.0), 1e-4));
    let split = [estimate(1.0, 0.0), estimate(-1.0, 0.0)];
    assert!(room_mood(&split).confidence < 0.5 * room_mood(&near).confidence + 0.01);
    assert_eq!(room_mood(&[]), MoodEstimate::default());
}

#[test]
fn reactions_are_read_through_their_modifiers() {
    assert_eq!(emoji_mood("❤️"), emoji_mood("❤"));
    for none in ["", "a", "❤❤", "❤a", "a❤", "❤\u{200d}", "\u{200d}"] {
        assert_eq!(emoji_mood(none), None, "{none:?}");
    }
    assert!(emoji_mood("😴").is_some_and(|mood| mood.arousal < -0.5));
    assert!(emoji_mood("😡").is_some_and(|mood| mood.label() == "tense"));
    assert!(emoji_mood("🎉").is_some_and(|mood| mood.label() == "excited"));
}

#[test]
fn mood_words_are_averaged_and_unknown_ones_skipped() {
    let place = |words: &[&str]| mood_words(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    assert_eq!(place(&["noir"]), None);
    assert_eq!(place(&[]), None);
    assert_eq!(place(&["Calm", "noir"]), Some(Mood::new(0.45, -0.75)));
    let both = place(&["joyful", "sad"]).unwrap();
    assert!(close(both, Mood::new(0.1, 0.125), 1e-6));
    for (word, ..) in MOOD_WORDS {
        assert!(place(&[word]).is_some());
    }
}

fn mood() -> impl Strategy<Value = Mood> {
    (-1.0_f32..=1.0, -1.0_f32..=1.0).prop_map(|(valence, arousal)| Mood::new(valence, arousal))
}

fn member() -> impl Strategy<Value = MoodEstimate> {
    (mood(), 0.0_f32..=1.0).prop_map(|(mood, confidence)| MoodEstimate { mood, confidence })
}

fn in_range(mood: Mood) -> bool {
    mood.valence.abs() <= 1.0 && mood.arousal.abs() <= 1.0
}

proptest! {
    #[test]
    fn every_line_lies_on_the_plane(text in any::<String>(), compound in any::<f64>(), now in any::<f32>(), usual in any::<f32>()) {
        let mood = line_mood_at_pace(compound, &text, Pace { lines_per_minute: now, usual });
        prop_assert!(in_range(mood));
    }

    #[test]
    fn a_member_stays_on_the_plane_in_any_order_and_fades_to_neutral(
        mut seen in prop::collection::vec((0_i64..3_600_000, mood(), 0.0_f32..20.0), 1..20),
    ) {
        let fold = |seen: &[(i64, Mood, f32)]| {
            let mut member = MemberMood::new(MoodParams::default());
            seen.iter().for_each(|&(at, mood, weight)| member.observe(at, mood, weight));
            member
        };
        let member = fold(&seen);
        let now = member.at(3_600_000);
        prop_assert!(in_range(now.mood) && (0.0..=1.0).contains(&now.confidence));
        seen.reverse();
        let other = fold(&seen).at(3_600_000);
        prop_assert!(close(now.mood, other.mood, 1e-5) && (now.confidence - other.confidence).abs() < 1e-5);
        let mut before = now.confidence;
        for minutes in [1, 10, 100, 1000] {
            let later = member.at(3_600_000 + minutes * MINUTE);
            prop_assert!(later.confidence <= before);
            before = later.confidence;
        }
        prop_assert!(close(member.at(i64::MAX).mood, Mood::default(), 1e-6) && before < 1e-3);
    }

    #[test]
    fn any_estimates_give_a_room_on_the_plane_in_any_order(mut members in prop::collection::vec(member(), 0..12)) {
        let room = room_mood(&members);
        prop_assert!(in_range(room.mood) && (0.0..=1.0).contains(&room.confidence));
        members.reverse();
        let middle = members.len() / 2;
        members.rotate_left(middle);
        let other = room_mood(&members);
        prop_assert!(close(room.mood, other.mood, 1e-4), "{room:?} {other:?}");
        prop_assert!((room.confidence - other.confidence).abs() < 1e-3);
    }

    #[test]
    fn one_of_five_moves_a_room_that_agrees_by_at_most_an_eighth(
        centre in mood(),
        offsets in prop::collection::vec((-0.12_f32..0.12, -0.12_f32..0.12), 4),
        one in member(),
    ) {
        let mut members: Vec<_> =
            offsets.iter().map(|&(v, a)| estimate(centre.valence + v, centre.arousal + a)).collect();
        let others = room_mood(&members);
        members.push(one);
        let room = room_mood(&members);
        // The four are at most 0.34 apart, so all are within δ of any point that the room can reach: they pull
        // as their mean does, and the bound needs no circle.
        prop_assert!(room.mood.distance(others.mood) <= HUBER_REACH / 4.0 + 1e-3);
    }

    #[test]
    fn one_of_five_cannot_pull_any_room_far_out_of_the_circle_of_the_others(
        others in prop::collection::vec(member(), 4),
        one in member(),
    ) {
        // Any circle around the four will do; this one is around their mean.
        let mean = others.iter().fold((0.0, 0.0), |(v, a), m| (v + m.mood.valence / 4.0, a + m.mood.arousal / 4.0));
        let centre = Mood::new(mean.0, mean.1);
        let radius = others.iter().map(|m| m.mood.distance(centre)).fold(0.0, f32::max);
        let mut members = others;
        members.push(one);
        prop_assert!(room_mood(&members).mood.distance(centre) <= radius + HUBER_REACH / 4.0 + 1e-3);
    }

    #[test]
    fn two_of_five_cannot_take_a_room_from_three_who_agree(centre in mood(), a in member(), b in member()) {
        let agreed = MoodEstimate { mood: centre, confidence: 0.1 };
        let room = room_mood(&[agreed, a, agreed, b, agreed]);
        prop_assert!(room.mood.distance(centre) <= HUBER_REACH * 2.0 / 3.0 + 1e-3);
    }

    #[test]
    fn fit_is_symmetric_bounded_and_moves_no_faster_than_the_room(item in mood(), room in mood(), other in mood()) {
        let found = fit(item, room);
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert!((found - fit(room, item)).abs() < 1e-6);
        prop_assert!(fit(item, item) == 1.0);
        prop_assert!((found - fit(item, other)).abs() <= 0.36 * room.distance(other) + 1e-5);
    }
}
