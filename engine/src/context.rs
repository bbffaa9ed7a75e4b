//! The moment: recency of the work, season, mood, and what is on now.

use crate::candidates::Scene;
use crate::catalogue::{Facts, NO_YEAR};
use soiree_algorithms::mood::fit;
use soiree_domain::{Item, Mood};

/// Seasons that works are made for, as bits.
pub(crate) const CHRISTMAS: u8 = 1;
pub(crate) const HALLOWEEN: u8 = 2;
pub(crate) const VALENTINE: u8 = 4;

/// A work this many years from now counts half.
const RECENCY_YEARS: f32 = 15.0;
const RECENCY_SHARE: f32 = 0.25;
const SEASON_SHARE: f32 = 0.25;
const NOW_ON_SHARE: f32 = 1.0;

/// The seasons an item is made for, by its genres and themes.
pub(crate) fn seasons_of(item: &Item) -> u8 {
    item.genres.iter().chain(&item.themes).fold(0, |bits, word| {
        bits | match word.to_lowercase().as_str() {
            "christmas" | "holiday season" | "santa claus" | "winter holidays" => CHRISTMAS,
            "halloween" | "horror" | "ghosts" | "ghost story" | "witches" => HALLOWEEN,
            "romance" | "love" | "love story" | "valentine" => VALENTINE,
            _ => 0,
        }
    })
}

/// The season of a moment in local time: the weeks before Christmas, the days before Halloween and those before
/// Valentine's Day.
pub(crate) fn season_at(local_ms: i64) -> u8 {
    match date_of(local_ms) {
        (_, 12, 1..=26) => CHRISTMAS,
        (_, 10, 20..=31) => HALLOWEEN,
        (_, 2, 8..=14) => VALENTINE,
        _ => 0,
    }
}

/// Year, month and day of a Unix time in milliseconds, in the proleptic Gregorian calendar.
/// Howard Hinnant's `civil_from_days`.
pub(crate) fn date_of(ms: i64) -> (i32, u32, u32) {
    let z = ms.div_euclid(86_400_000) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), month as u32, day as u32)
}

/// What is the same for all items of a request.
pub(crate) struct Moment {
    year: i32,
    season: u8,
}

impl Moment {
    pub(crate) fn new(now_ms: i64, utc_offset_min: Option<i32>) -> Self {
        let local = now_ms.saturating_add(i64::from(utc_offset_min.unwrap_or(0)) * 60_000);
        Self { year: date_of(local).0, season: season_at(local) }
    }

    /// Whether a work came out this year or last.
    pub(crate) fn is_new(&self, year: Option<i32>) -> bool {
        year.is_some_and(|y| y >= self.year - 1 && y <= self.year)
    }

    /// How well an item suits the moment, 0 to 1: the mean of its parts by their shares. Parts that the request
    /// does not speak of are left out, so that the mood counts at most `mood_share / (mood_share + 0.25)` of the
    /// context, and the context at most its weight of the whole.
    pub(crate) fn suits(&self, scene: &Scene<'_>, facts: &Facts, beside_now_on: f32) -> f32 {
        let recency = if facts.year == NO_YEAR {
            0.3
        } else {
            1.0 / (1.0 + (self.year - i32::from(facts.year)).unsigned_abs() as f32 / RECENCY_YEARS)
        };
        let (mut sum, mut shares) = (RECENCY_SHARE * recency, RECENCY_SHARE);
        if self.season != 0 {
            sum += SEASON_SHARE * f32::from(u8::from(facts.seasons & self.season != 0));
            shares += SEASON_SHARE;
        }
        if let Some(wanted) = scene.mood {
            sum += scene.settings.mood_share * mood_fit(facts, wanted);
            shares += scene.settings.mood_share;
        }
        if scene.now_on.is_some() {
            sum += NOW_ON_SHARE * beside_now_on.min(1.0);
            shares += NOW_ON_SHARE;
        }
        sum / shares
    }
}

/// How well an item fits a mood, 0 to 1. Where nothing is known of its mood, that is neither a fit nor a misfit;
/// where only its genres and themes suggest one, the figure moves from there as far as they are sure.
fn mood_fit(facts: &Facts, wanted: Mood) -> f32 {
    let Some(found) = facts.mood else { return 0.5 };
    let trust = if facts.mood_is_said { 1.0 } else { (2.0 * found.confidence).min(1.0) };
    0.5 + (fit(found.mood, wanted) - 0.5) * trust
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(-1), (1969, 12, 31));
        assert_eq!(date_of(951_782_400_000), (2000, 2, 29));
        assert_eq!(date_of(1_766_620_800_000), (2025, 12, 25));
        assert_eq!(season_at(1_766_620_800_000), CHRISTMAS);
        assert_eq!(season_at(0), 0);
    }
}
