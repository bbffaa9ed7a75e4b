//! The mood of a room.

use soiree_domain::Mood;

use super::MoodEstimate;

/// How far a member may be from the room and still pull it in full; farther ones pull as if they were here.
pub const HUBER_REACH: f32 = 0.5;

const MOST_ROUNDS: usize = 200;
const STILL: f64 = 1e-7;

/// The mood of a room: Huber's location estimate (Huber, *Robust Estimation of a Location Parameter*, Annals
/// of Mathematical Statistics 1964) of the members' moods on the plane, the point `x` with
///
/// ```text
/// Σ (mood - x)·min(1, δ / |mood - x|) = 0,     δ = HUBER_REACH
/// ```
///
/// found by reweighted means from the plain mean. Every entry counts once: how much somebody writes changes
/// how sure their own estimate is, never their say. A silent member's estimate is neutral and counts as that,
/// so the first to speak does not set the room; pass only those whose mood should count.
///
/// Why Huber's and not the others: the plain mean follows one extreme member by any distance; the geometric
/// median ignores how far moods differ even among people who nearly agree, and jumps between them. Huber's is
/// the mean while everybody is within `δ` and the median's kin beyond. **Bound**: in a room of `n ≥ 3`, let
/// the others lie in a circle of radius `r`; wherever the last member is, the room lies within
/// `r + δ / (n - 1)` of its centre. One of five therefore moves the room at most 0.125 out of the smallest
/// circle around the other four; among three of five who agree, two others together 0.34.
///
/// Confidence is the mean confidence times the mean of `min(1, δ / |mood - x|)`: evidence times agreement.
/// An empty room is neutral with confidence 0. Cost O(members · rounds), at most 200 rounds, usually ten.
///
/// ```
/// use soiree_algorithms::mood::{MoodEstimate, room_mood};
/// use soiree_domain::Mood;
///
/// let calm = MoodEstimate { mood: Mood::new(0.2, -0.2), confidence: 0.8 };
/// let loud = MoodEstimate { mood: Mood::new(-1.0, 1.0), confidence: 1.0 };
/// let room = room_mood(&[calm, calm, calm, calm, loud]);
/// assert!(room.mood.distance(calm.mood) < 0.126);
/// ```
#[must_use]
pub fn room_mood(members: &[MoodEstimate]) -> MoodEstimate {
    if members.is_empty() {
        return MoodEstimate::default();
    }
    let count = members.len() as f64;
    let moods = || members.iter().map(|member| super::bounded(member.mood)).map(point);
    let (mut x, mut y) = moods().fold((0.0, 0.0), |(x, y), (v, a)| (x + v / count, y + a / count));
    for _ in 0..MOST_ROUNDS {
        let (mut weights, mut valence, mut arousal) = (0.0, 0.0, 0.0);
        for (v, a) in moods() {
            let weight = pull(v - x, a - y);
            weights += weight;
            valence += weight * v;
            arousal += weight * a;
        }
        let (old_x, old_y) = (x, y);
        (x, y) = (valence / weights, arousal / weights);
        if (x - old_x).hypot(y - old_y) < STILL {
            break;
        }
    }
    let agreement = moods().map(|(v, a)| pull(v - x, a - y)).sum::<f64>() / count;
    let sure = |member: &MoodEstimate| f64::from(Mood::new(member.confidence, 0.0).valence.max(0.0));
    let confidence = members.iter().map(sure).sum::<f64>() / count * agreement;
    MoodEstimate { mood: Mood::new(x as f32, y as f32), confidence: confidence.clamp(0.0, 1.0) as f32 }
}

fn point(mood: Mood) -> (f64, f64) {
    (f64::from(mood.valence), f64::from(mood.arousal))
}

/// min(1, δ / distance); never 0, as the plane is bounded.
fn pull(dx: f64, dy: f64) -> f64 {
    let distance = dx.hypot(dy);
    let reach = f64::from(HUBER_REACH);
    if distance <= reach { 1.0 } else { reach / distance }
}
