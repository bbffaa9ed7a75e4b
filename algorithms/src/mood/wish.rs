//! From the mood that is to the mood that is wished for.

use soiree_domain::{Mood, Wish};

/// The farthest that lifting goes from the present valence.
pub const LIFT: f32 = 0.6;
/// Where lifting draws the arousal to: awake, not excited.
const AWAKE: f32 = 0.2;

/// The mood that recommendations should have for a room that feels `mood`; `None` where the mood is to be ignored.
///
/// Matching goes along with it. Lifting asks for what is up to [`LIFT`] more pleasant, never beyond 0.8, and halfway to
/// a mild arousal, since people in a bad mood choose pleasant and absorbing company (Zillmann's mood management,
/// 1988) but a jump to the far corner would jar. A room that feels well is left as it is. The numbers are set by hand.
///
/// ```
/// use soiree_algorithms::mood::target;
/// use soiree_domain::{Mood, Wish};
///
/// let sad = Mood::new(-0.6, -0.4);
/// assert_eq!(target(sad, Wish::Match), Some(sad));
/// assert!(target(sad, Wish::Lift).unwrap().valence > -0.1);
/// assert_eq!(target(sad, Wish::Ignore), None);
/// ```
#[must_use]
pub fn target(mood: Mood, wish: Wish) -> Option<Mood> {
    let mood = super::bounded(mood);
    match wish {
        Wish::Match => Some(mood),
        Wish::Ignore => None,
        Wish::Lift => {
            let valence = (mood.valence + LIFT).min(mood.valence.max(0.8));
            let share = ((valence - mood.valence) / LIFT).clamp(0.0, 1.0);
            Some(Mood::new(valence, mood.arousal + 0.5 * share * (AWAKE - mood.arousal)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lifting_is_bounded_and_never_lowers(v in -1.0_f32..1.0, a in -1.0_f32..1.0) {
            let mood = Mood::new(v, a);
            let lifted = target(mood, Wish::Lift).unwrap();
            prop_assert!(lifted.valence >= mood.valence - 1e-6);
            prop_assert!(lifted.valence - mood.valence <= LIFT + 1e-6);
            prop_assert!((lifted.arousal - AWAKE).abs() <= (mood.arousal - AWAKE).abs() + 1e-6);
            prop_assert!(lifted.distance(mood) <= 0.86);
        }
    }
}
