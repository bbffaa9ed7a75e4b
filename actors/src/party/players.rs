//! The members' players: who loads, who is off, and whether the party should wait.
//!
//! A player counts only once it has been in step: somebody who has just come in loads on their own time. A player
//! that has said nothing for a while is not counted any longer, so that nobody waits for a closed laptop.

use super::state::Conn;
use crate::live::watch::{Correction, PlayState, Playback, Status, SyncReport};
use soiree_algorithms::playback::{Advice, Corrector};
use soiree_domain::{UserId, Wait};
use std::collections::{BTreeMap, BTreeSet};

/// A player this far off has not come in yet.
const IN_STEP_MS: f64 = 1_000.0;
/// A player is not counted when it has been silent for longer.
const SILENT_MS: i64 = 10_000;
/// Loading for less than this is no reason to wait: players hiccup.
const GRACE_MS: i64 = 300;
/// The party waits at most so long for the same members.
pub(crate) const WAIT_CAP_MS: i64 = 8_000;
/// Once the party has waited for somebody, it does not do so again for so long: nobody can keep the others standing.
const REST_MS: i64 = 30_000;
/// A correction is meant to last until the next status, which players send every two seconds.
const HORIZON_MS: f64 = 2_000.0;
/// A status older than this tells nothing about where the player is now.
const STALE_MS: i64 = 5_000;
/// Members named in [`SyncReport`].
const NAMED: usize = 16;

#[derive(Debug, Clone, PartialEq)]
struct Player {
    user: UserId,
    heard_ms: i64,
    loading_since_ms: Option<i64>,
    /// It was in step with the party at least once.
    came_in: bool,
    /// The party has waited for it as long as it has to.
    waited_for: bool,
    /// Until when it is not waited for again.
    rests_until_ms: i64,
    error_ms: Option<i64>,
    duration_ms: Option<i64>,
    corrector: Corrector,
}

impl Player {
    /// Whether it is one that the party may wait for.
    fn counts(&self, now_ms: i64) -> bool {
        self.came_in && !self.waited_for && now_ms >= self.rests_until_ms
    }
}

/// Whether the party's clock should stand because of those who load.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hold {
    /// Nobody has to be waited for.
    Go,
    /// These have to be waited for.
    Stand(Vec<UserId>),
}

/// The players of one party, by connection.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Players {
    players: BTreeMap<Conn, Player>,
    /// What was last told, and when.
    told: Option<(SyncReport, i64)>,
    news: bool,
}

impl Players {
    /// Takes a status and says how that player should come back, if it is off.
    pub(crate) fn status(
        &mut self,
        conn: Conn,
        user: &UserId,
        status: Status,
        playback: &Playback,
        now_ms: i64,
    ) -> Option<Correction> {
        let player = self.players.entry(conn).or_insert_with(|| Player {
            user: user.clone(),
            heard_ms: now_ms,
            loading_since_ms: None,
            came_in: false,
            waited_for: false,
            rests_until_ms: i64::MIN,
            error_ms: None,
            duration_ms: None,
            corrector: Corrector::default(),
        });
        player.heard_ms = now_ms;
        player.duration_ms = status.duration_ms.or(player.duration_ms);
        self.news = true;
        if status.buffering {
            player.loading_since_ms.get_or_insert(now_ms);
            player.error_ms = None;
            return None;
        }
        player.loading_since_ms = None;
        player.waited_for = false;
        let read_ms = status.at_ms.unwrap_or(now_ms - status.rtt_ms.unwrap_or(0) / 2);
        let follows = status.version.is_none_or(|version| version == playback.version);
        // The stamp is the client's word; one from far away tells nothing.
        if !follows || (now_ms - read_ms).abs() > STALE_MS {
            return None;
        }
        let drift = wide(status.position_ms) - playback.timeline().position(wide(read_ms));
        player.came_in |= drift.abs() < IN_STEP_MS;
        if playback.state != PlayState::Playing {
            return None;
        }
        player.error_ms = Some(whole(drift.abs()));
        let (seek, rate) = match player.corrector.advise(drift, playback.rate, HORIZON_MS) {
            Advice::Keep => return None,
            Advice::Speed(rate) => (false, rate),
            Advice::Seek => (true, playback.rate),
        };
        Some(Correction {
            version: playback.version,
            drift_ms: whole(drift),
            seek,
            rate,
            position_ms: playback.position(now_ms),
            at_ms: now_ms,
        })
    }

    pub(crate) fn gone(&mut self, conn: Conn) {
        self.news |= self.players.remove(&conn).is_some();
    }

    /// Another work: what players said of the last one is void.
    pub(crate) fn changed_work(&mut self) {
        for player in self.players.values_mut() {
            player.duration_ms = None;
            player.error_ms = None;
        }
    }

    /// Whether to stand, under a policy.
    pub(crate) fn hold(&self, wait: Wait, now_ms: i64) -> Hold {
        // Nearly always nobody loads, and this is asked with every line of chat.
        if self.players.values().all(|p| p.loading_since_ms.is_none()) {
            return Hold::Go;
        }
        let counted =
            || self.players.values().filter(|p| p.counts(now_ms) && now_ms - p.heard_ms <= SILENT_MS);
        let loading: BTreeSet<UserId> = counted()
            .filter(|p| p.loading_since_ms.is_some_and(|since| now_ms - since >= GRACE_MS))
            .map(|p| p.user.clone())
            .collect();
        let all: BTreeSet<&UserId> = counted().map(|p| &p.user).collect();
        let stand = match wait {
            Wait::All => !loading.is_empty(),
            Wait::Quorum => !loading.is_empty() && 2 * loading.len() >= all.len(),
            Wait::Nobody => false,
        };
        if stand { Hold::Stand(loading.into_iter().take(NAMED).collect()) } else { Hold::Go }
    }

    /// The party has waited for these members.
    pub(crate) fn waited(&mut self, users: &[UserId], now_ms: i64) {
        for player in self.players.values_mut().filter(|p| users.contains(&p.user)) {
            player.rests_until_ms = now_ms + REST_MS;
        }
    }

    /// Those who load now have been waited for long enough.
    pub(crate) fn give_up_on_loading(&mut self) {
        for player in self.players.values_mut().filter(|p| p.loading_since_ms.is_some()) {
            player.waited_for = true;
        }
    }

    /// When [`Players::hold`] may answer something else though nobody says anything.
    pub(crate) fn next_due_ms(&self, now_ms: i64) -> Option<i64> {
        let counted = self.players.values().filter(|p| p.came_in && !p.waited_for);
        let times = counted.filter_map(|p| {
            Some([p.loading_since_ms? + GRACE_MS, p.heard_ms + SILENT_MS + 1, p.rests_until_ms])
        });
        times.flatten().filter(|at| *at > now_ms).min()
    }

    /// How long the work is: the longest that a player says, so that nobody can end it for the others.
    pub(crate) fn duration_ms(&self) -> Option<i64> {
        self.players.values().filter_map(|p| p.duration_ms).max()
    }

    /// What to tell of the room's step, at most every `every_ms` and only when it is news.
    pub(crate) fn sync(&mut self, every_ms: i64, now_ms: i64) -> Option<SyncReport> {
        if !self.news || self.told.as_ref().is_some_and(|(_, at)| now_ms < at + every_ms) {
            return None;
        }
        self.news = false;
        let heard = || self.players.values().filter(|p| now_ms - p.heard_ms <= SILENT_MS);
        let mut errors: Vec<i64> = heard().filter_map(|p| p.error_ms).collect();
        errors.sort_unstable();
        let loading = heard().filter(|p| p.loading_since_ms.is_some()).map(|p| p.user.clone());
        let sync = SyncReport {
            players: heard().count(),
            p50_ms: errors.get(errors.len() / 2).copied().unwrap_or(0),
            worst_ms: errors.last().copied().unwrap_or(0),
            buffering: loading.collect::<BTreeSet<_>>().into_iter().take(NAMED).collect(),
        };
        if self.told.as_ref().is_some_and(|(told, _)| *told == sync) {
            return None;
        }
        self.told = Some((sync.clone(), now_ms));
        Some(sync)
    }

    /// When [`Players::sync`] has something to say.
    pub(crate) fn sync_due_ms(&self, every_ms: i64) -> Option<i64> {
        self.told.as_ref().filter(|_| self.news).map(|(_, at)| at + every_ms)
    }
}

#[expect(clippy::cast_precision_loss, reason = "times in milliseconds fit a double")]
fn wide(ms: i64) -> f64 {
    ms as f64
}

#[expect(clippy::cast_possible_truncation, reason = "drifts are bounded by the times they come from")]
fn whole(ms: f64) -> i64 {
    ms.round() as i64
}
