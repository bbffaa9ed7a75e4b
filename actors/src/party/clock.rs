//! The party's clock: who may set it has been asked already; here stands what a setting means.

use crate::live::watch::{Cause, PlayState, Playback, Work};
use soiree_domain::UserId;

/// Settings take effect so much later than they are made, so that they reach everybody in time.
pub(crate) const LEAD_MS: i64 = 150;

/// One setting of the clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Setting {
    Play {
        position_ms: Option<i64>,
    },
    Pause {
        position_ms: Option<i64>,
    },
    Seek {
        position_ms: i64,
        part: Option<u32>,
    },
    Rate(f64),
    /// Another work; `run` says whether it begins at once.
    Load {
        work: Work,
        position_ms: i64,
        part: u32,
        run: bool,
    },
    /// Stand and wait for these.
    Wait(Vec<UserId>),
    /// Nothing more to play.
    Stop,
}

/// The clock after a setting made at `now_ms`. `None` when nothing would change: there is no work, or it does that
/// already.
pub(crate) fn set(
    old: &Playback,
    setting: Setting,
    because: Cause,
    by: Option<UserId>,
    now_ms: i64,
) -> Option<Playback> {
    let at_ms = now_ms + LEAD_MS;
    let mut new = Playback {
        position_ms: old.position(at_ms),
        at_ms,
        version: old.version + 1,
        because,
        by,
        ..old.clone()
    };
    if new.work.is_none() && !matches!(setting, Setting::Load { .. } | Setting::Rate(_)) {
        return None;
    }
    match setting {
        Setting::Play { position_ms } => {
            if old.state == PlayState::Playing && position_ms.is_none() {
                return None;
            }
            new.state = PlayState::Playing;
            new.position_ms = position_ms.unwrap_or(new.position_ms);
        }
        Setting::Pause { position_ms } => {
            if old.state == PlayState::Paused && position_ms.is_none_or(|at| at == old.position_ms) {
                return None;
            }
            new.state = PlayState::Paused;
            new.position_ms = position_ms.unwrap_or(new.position_ms);
        }
        Setting::Seek { position_ms, part } => {
            new.position_ms = position_ms;
            new.part = part.unwrap_or(old.part);
            // Whoever was waited for has to load anew anyway.
            if old.state == PlayState::Waiting {
                new.state = PlayState::Playing;
            }
        }
        Setting::Rate(rate) => new.rate = rate,
        Setting::Load { work, position_ms, part, run } => {
            new.state = if run { PlayState::Playing } else { PlayState::Paused };
            (new.work, new.position_ms, new.part) = (Some(work), position_ms, part);
        }
        Setting::Wait(waiting_for) => {
            new.state = PlayState::Waiting;
            new.waiting_for = waiting_for;
        }
        Setting::Stop => new.state = PlayState::Paused,
    }
    if new.state != PlayState::Waiting {
        new.waiting_for.clear();
    }
    Some(new)
}

/// When the work is over, if it is known how long it is and the clock runs. A little later than the last frame, so
/// that players that are a little behind see the end.
pub(crate) fn over_ms(playback: &Playback, duration_ms: Option<i64>) -> Option<i64> {
    let length = playback.work.as_ref()?.duration_ms.or(duration_ms)?;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "times in milliseconds")]
    playback.timeline().reaches(length as f64).map(|at| at as i64 + 500)
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::ItemId;

    fn work() -> Work {
        Work { item: ItemId::new("film").unwrap(), title: None, url: None, duration_ms: Some(10_000) }
    }

    fn after(old: &Playback, setting: Setting, now_ms: i64) -> Playback {
        set(old, setting, Cause::Command, None, now_ms).unwrap()
    }

    #[test]
    fn a_film_is_loaded_played_paused_and_sought() {
        let load = Setting::Load { work: work(), position_ms: 0, part: 0, run: false };
        let film = after(&Playback::empty(0), load, 1_000);
        assert_eq!((film.state, film.position(9_000)), (PlayState::Paused, 0));
        let film = after(&film, Setting::Play { position_ms: None }, 2_000);
        assert_eq!((film.at_ms, film.position(2_000), film.position(3_150)), (2_150, 0, 1_000));
        assert_eq!(over_ms(&film, None), Some(12_650));
        assert_eq!(set(&film, Setting::Play { position_ms: None }, Cause::Command, None, 5), None);
        let film = after(&film, Setting::Rate(2.0), 3_000);
        assert_eq!((film.position(3_150), film.position(4_150)), (1_000, 3_000));
        let film = after(&film, Setting::Seek { position_ms: 500, part: Some(3) }, 5_000);
        assert_eq!((film.part, film.position(5_650)), (3, 1_500));
        let film = after(&film, Setting::Pause { position_ms: None }, 5_500);
        assert_eq!((film.state, film.position(99_999), film.version), (PlayState::Paused, 1_500, 5));
    }

    #[test]
    fn another_speed_does_not_end_the_waiting() {
        let load = Setting::Load { work: work(), position_ms: 0, part: 0, run: true };
        let film = after(&Playback::empty(0), load, 0);
        let ana = UserId::new("ana").unwrap();
        let waits = after(&film, Setting::Wait(vec![ana.clone()]), 1_000);
        let faster = after(&waits, Setting::Rate(2.0), 2_000);
        assert_eq!((faster.state, faster.waiting_for), (PlayState::Waiting, vec![ana]));
        assert_eq!(after(&waits, Setting::Pause { position_ms: None }, 2_000).waiting_for, []);
    }

    #[test]
    fn nothing_plays_without_a_work() {
        let none = Playback::empty(0);
        for setting in [Setting::Play { position_ms: None }, Setting::Stop, Setting::Wait(Vec::new())] {
            assert_eq!(set(&none, setting, Cause::Command, None, 1), None);
        }
    }
}
