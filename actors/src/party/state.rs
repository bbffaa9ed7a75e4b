//! The party as a plain struct: something happens, and the state says what is to be done about it.
//!
//! No actix, no tokio, no clock: every method takes the time, changes the state and returns [`Effect`]s in
//! the order in which they must become visible. The shell (`super`) carries them out. A journalled effect
//! becomes visible only after its commit, and everything behind it waits for it, so that nobody ever sees
//! an event that could still be lost.

mod apply;
mod comings;
mod order;
mod recovery;
mod view;
pub(crate) mod watch;

pub(crate) use comings::Joining;

use super::{
    mood::RoomMood,
    players::Players,
    poll::Poll,
    queue::Queue,
    record::{Felt, Numbered, Record, Saved},
    refresh::Refresh,
    rights::Capability,
    settings::PartySettings,
};
use crate::{
    fault::Fault,
    live::{
        Because, ChatLine, Event, PartyFace, Round,
        watch::{PlayState, Playback, Work},
    },
    outbox::StateKind,
};
use soiree_algorithms::group::Debts;
use soiree_algorithms::sentiment::CONTINUES_MS;
use soiree_domain::{ItemId, MemberRole, Party, UserId, bounds};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// Lines among which an author's last one is looked for.
const LINES_BACK: usize = 16;

/// Number of a live connection, unique in this process.
pub(crate) type Conn = u64;

/// What is to be done. The shell keeps the order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// Write the event down; show nothing that follows before it is durable.
    Journal(Numbered),
    /// Tell everybody about a journalled event; `author` gets the copy with the `ref`.
    Announce { event: Numbered, author: Option<(Conn, Option<String>)> },
    /// Tell everybody something that is not journalled.
    Broadcast(Event),
    /// Tell everybody the latest value of something.
    Latest(StateKind, Event),
    /// Tell one connection.
    Tell { conn: Conn, event: Event, reference: Option<String> },
    /// From here on the connection hears what the party says.
    Attach(Conn),
    /// From here on it does not.
    Detach(Conn),
    /// Ask how a line sounds.
    Score { seq: i64, text: String, before: Option<(i64, String)> },
    /// Ask for a round of recommendations.
    Recommend(Because),
    /// Store the lasting state.
    Save(Box<Saved>),
    /// Write the party's own row; the journal has it already.
    Row(Party),
    /// Empty an event in the journal, so that only its number is left.
    Empty(i64),
    /// Save everything and go to sleep: nobody has been here for a while.
    Sleep,
}

#[derive(Debug, Clone, PartialEq)]
struct Member {
    name: String,
    role: MemberRole,
    muted: bool,
    joined_ms: i64,
    /// When others were last told that they are writing.
    typing_ms: i64,
    /// Live connections of this person here.
    conns: BTreeSet<Conn>,
    /// Connections over which they said that they do not want to count; one is enough.
    refusing: BTreeSet<Conn>,
    /// Since when nobody is connected.
    away_since_ms: Option<i64>,
}

/// A party. See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct State {
    party: Party,
    settings: PartySettings,
    seq: i64,
    saved_seq: i64,
    members: BTreeMap<UserId, Member>,
    conns: BTreeMap<Conn, UserId>,
    chat: VecDeque<ChatLine>,
    tail: VecDeque<Numbered>,
    mood: RoomMood,
    refresh: Refresh,
    rounds: u32,
    last_round: Option<(i64, i64, Arc<Round>)>,
    debts: Debts<UserId>,
    playback: Playback,
    /// Since when the clock stands for members who load.
    waiting_since_ms: i64,
    players: Players,
    queue: Queue,
    poll: Poll,
    /// Who may not come in, and their names.
    bans: BTreeMap<UserId, String>,
    /// Since when nobody is a member.
    empty_since_ms: Option<i64>,
}

/// A line of chat on its way in.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) reply_to: Option<i64>,
    pub(crate) mentions: Vec<UserId>,
}

impl State {
    pub(crate) fn new(party: Party, settings: PartySettings) -> Self {
        let opened_ms = party.created_at_ms;
        let mut playback = Playback::empty(opened_ms);
        if let Some(item) = party.item.clone() {
            playback.work = Some(Work { item, title: None, url: None, duration_ms: None });
            playback.state = PlayState::Paused;
        }
        Self {
            party,
            settings,
            seq: 0,
            saved_seq: 0,
            members: BTreeMap::new(),
            conns: BTreeMap::new(),
            chat: VecDeque::new(),
            tail: VecDeque::new(),
            mood: RoomMood::new(settings.mood_interval_ms, settings.mood_shift),
            refresh: Refresh::new(settings.refresh_gap_ms, settings.refresh_every_ms),
            rounds: 0,
            last_round: None,
            debts: Debts::default(),
            playback,
            waiting_since_ms: opened_ms,
            players: Players::default(),
            queue: Queue::default(),
            poll: Poll::default(),
            bans: BTreeMap::new(),
            empty_since_ms: None,
        }
    }

    pub(crate) fn party(&self) -> &Party {
        &self.party
    }

    pub(crate) fn settings(&self) -> &PartySettings {
        &self.settings
    }

    #[cfg(test)]
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// Members with at least one socket here.
    pub(crate) fn online(&self) -> impl Iterator<Item = &UserId> {
        self.members.iter().filter(|(_, m)| !m.conns.is_empty()).map(|(user, _)| user)
    }

    pub(crate) fn is_member(&self, user: &UserId) -> bool {
        self.members.contains_key(user)
    }

    pub(crate) fn room_mood(&self, now_ms: i64) -> crate::live::MoodView {
        self.mood.view(now_ms)
    }

    /// What a member's votes say to the recommender: works they are for and works they are against.
    pub(crate) fn votes(&self, user: &UserId) -> Vec<(ItemId, bool)> {
        self.poll.of(user)
    }

    /// How much a member counts in the next round: as host, by what they are owed, and by how they feel.
    pub(crate) fn weight(&self, user: &UserId, now_ms: i64) -> f32 {
        let host = if *user == self.party.host { self.party.taste.host_weight } else { 1.0 };
        host * self.debts.weight(user) * self.mood.weight(user, now_ms)
    }

    /// Somebody says something.
    pub(crate) fn chat(
        &mut self,
        conn: Conn,
        line: Line,
        reference: Option<String>,
        now_ms: i64,
    ) -> Result<Vec<Effect>, Fault> {
        let Line { text, reply_to, mentions } = line;
        let user = self.conns.get(&conn).ok_or(Fault::NotAMember)?.clone();
        self.need(&user, Capability::Chat)?;
        bounds::check_text(&text, bounds::MAX_CHAT_CHARS).map_err(|error| Fault::field("text", error))?;
        if reply_to.is_some_and(|seq| seq < 1 || seq > self.seq) {
            return Err(Fault::field("reply_to", "names no line of this party"));
        }
        if let Some(stranger) = mentions.iter().find(|user| !self.members.contains_key(*user)) {
            return Err(Fault::field("mentions", format!("{stranger} is not here")));
        }
        let name = self.members.get(&user).map(|m| m.name.clone()).ok_or(Fault::NotAMember)?;
        let mut effects = Vec::new();
        let author = user.clone();
        let record = Record::Chat { user, name, text: text.clone(), reply_to, mentions };
        let before = self.said_before(&author, now_ms);
        let seq = self.record(record, now_ms, Some((conn, reference)), &mut effects);
        if self.mood.counts(&author) {
            effects.push(Effect::Score { seq, text, before });
        }
        self.settle(now_ms, &mut effects);
        Ok(effects)
    }

    /// What somebody wrote last, and how many milliseconds ago, if that can be the beginning of what they write now.
    fn said_before(&self, author: &UserId, now_ms: i64) -> Option<(i64, String)> {
        let line = self.chat.iter().rev().take(LINES_BACK).find(|line| line.user == *author)?;
        let gap_ms = now_ms - line.at_ms;
        (0..=CONTINUES_MS).contains(&gap_ms).then(|| (gap_ms, line.text.clone()))
    }

    /// Somebody shows a feeling.
    pub(crate) fn react(
        &mut self,
        conn: Conn,
        emoji: String,
        position_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<Vec<Effect>, Fault> {
        let user = self.conns.get(&conn).ok_or(Fault::NotAMember)?.clone();
        self.need(&user, Capability::Chat)?;
        if emoji.is_empty() || emoji.len() > 32 || emoji.chars().any(char::is_control) {
            return Err(Fault::field("emoji", "must be one emoji of at most 32 bytes"));
        }
        self.mood.reaction(&user, &emoji, now_ms);
        let party = self.party.id.clone();
        let mut effects =
            vec![Effect::Broadcast(Event::Reaction { party, user, emoji, position_ms, at_ms: now_ms })];
        self.settle(now_ms, &mut effects);
        Ok(effects)
    }

    /// The party itself has become another: name, visibility, control or item.
    pub(crate) fn change(&mut self, party: Party, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let now = PartyFace::from(&party);
        let seen = now != PartyFace::from(&self.party);
        self.party = party;
        if seen {
            self.record(Record::Changed { now }, now_ms, None, &mut effects);
        }
        self.settle(now_ms, &mut effects);
        effects
    }

    /// A member says how they feel.
    pub(crate) fn said_mood(&mut self, user: &UserId, mood: soiree_domain::Mood, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.members.contains_key(user) {
            self.mood.said(user, mood, now_ms);
            self.settle(now_ms, &mut effects);
        }
        effects
    }

    /// A member says whether what they write and do may count for the room's mood.
    pub(crate) fn share_mood(&mut self, conn: Conn, user: &UserId, shares: bool, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.consent(conn, user, shares);
        self.settle(now_ms, &mut effects);
        effects
    }

    /// Whether somebody said over this connection that they do not want to count.
    pub(crate) fn refuses(&self, conn: Conn) -> bool {
        let member = self.conns.get(&conn).and_then(|user| self.members.get(user));
        member.is_some_and(|member| member.refusing.contains(&conn))
    }

    /// What a member says over one connection; they count while none that is open says no. When they no longer do, what was
    /// read of them goes, told or not.
    fn consent(&mut self, conn: Conn, user: &UserId, shares: bool) {
        let Some(member) = self.members.get_mut(user) else { return };
        if shares {
            member.refusing.remove(&conn);
        } else {
            member.refusing.insert(conn);
        }
        let counts = member.refusing.is_disjoint(&member.conns);
        self.mood.share(user, counts);
        if counts {
            return;
        }
        for line in self.chat.iter_mut().filter(|line| line.user == *user) {
            line.sentiment = None;
        }
        let chat = &self.chat;
        let line = |seq| chat.binary_search_by_key(&seq, |line| line.seq).ok().map(|at| &chat[at]);
        self.mood.keep_scores(|seq| line(seq).is_none_or(|line| line.user != *user));
    }

    /// What is on now, and what feeling lies in it, has become known to the shell.
    pub(crate) fn on_air(&mut self, mood: Option<soiree_domain::Mood>, now_ms: i64) {
        let online: Vec<_> = self.online().cloned().collect();
        self.mood.on_air(&online, mood, now_ms);
    }

    /// The score of a line has come.
    pub(crate) fn scored(&mut self, seq: i64, compound: f32, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let at = self.chat.binary_search_by_key(&seq, |line| line.seq);
        if let Some(line) = at.ok().map(|at| &mut self.chat[at])
            && self.members.contains_key(&line.user)
            && self.mood.counts(&line.user)
        {
            line.sentiment = Some(compound);
            self.mood.line(seq, &line.user, &line.text, compound, now_ms);
        }
        self.settle(now_ms, &mut effects);
        effects
    }

    /// A member did something to an item that may change what suits the room.
    pub(crate) fn deed(&mut self, user: &UserId, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.members.contains_key(user) {
            self.refresh.wish(Because::Event);
            self.settle(now_ms, &mut effects);
        }
        effects
    }

    /// A round has come, or has not (`None`: no models, too busy, too late).
    pub(crate) fn round_ready(&mut self, round: Option<Round>, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.refresh.done();
        if let Some(mut round) = round.filter(|round| self.is_news(round)) {
            self.rounds += 1;
            round.round = self.rounds;
            self.mood.remember(now_ms);
            let felt = Felt::of(&self.mood.view(now_ms));
            self.record(Record::Round { round: Arc::new(round), felt }, now_ms, None, &mut effects);
        }
        self.settle(now_ms, &mut effects);
        effects
    }

    /// Time has passed: flush what waited, take off who stayed away, look at recommendations again.
    pub(crate) fn tick(&mut self, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let due = now_ms - self.settings.away_grace_ms;
        let gone: Vec<_> = self
            .members
            .iter()
            .filter(|(_, m)| m.away_since_ms.is_some_and(|since| since <= due))
            .map(|(user, _)| user.clone())
            .collect();
        for user in gone {
            self.send_out(&user, None, None, now_ms, &mut effects);
        }
        self.settle(now_ms, &mut effects);
        if self.members.is_empty() && now_ms >= self.sleeps_ms(now_ms) {
            effects.push(Effect::Sleep);
        }
        effects
    }

    /// When a party that is empty now goes to sleep if it stays so.
    fn sleeps_ms(&mut self, now_ms: i64) -> i64 {
        *self.empty_since_ms.get_or_insert(now_ms) + self.settings.idle_ms
    }

    /// When [`State::tick`] should be called next, if ever.
    pub(crate) fn next_due_ms(&self, now_ms: i64) -> Option<i64> {
        let grace = self.settings.away_grace_ms;
        let sleep =
            self.empty_since_ms.filter(|_| self.members.is_empty()).map(|at| at + self.settings.idle_ms);
        let away = self.members.values().filter_map(|m| m.away_since_ms).min().map(|since| since + grace);
        let refresh = if self.conns.is_empty() { None } else { self.refresh.next_due_ms() };
        [away, refresh, sleep, self.mood.next_due_ms(), self.clock_due_ms(now_ms)].into_iter().flatten().min()
    }

    /// What follows from any change: mood to tell, a refresh to start.
    fn settle(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        self.settle_clock(now_ms, effects);
        let party = &self.party.id;
        if let Some((scores, mood)) = self.mood.flush(now_ms) {
            if !scores.is_empty() {
                let event = Event::Sentiment { party: party.clone(), scores };
                effects.push(Effect::Broadcast(event));
            }
            if let Some(mood) = mood {
                effects.push(Effect::Latest(StateKind::Mood, Event::Mood { party: party.clone(), mood }));
            }
        }
        if self.mood.has_shifted(now_ms) {
            self.refresh.wish(Because::MoodShift);
        }
        if !self.conns.is_empty()
            && let Some(because) = self.refresh.start(now_ms)
        {
            effects.push(Effect::Recommend(because));
        }
    }

    /// A round is news when its items or the people it is for have changed.
    fn is_news(&self, round: &Round) -> bool {
        let Some((_, _, last)) = &self.last_round else { return !round.items.is_empty() };
        let people = |r: &Round| r.satisfaction.iter().map(|(user, _)| user.clone()).collect::<BTreeSet<_>>();
        !round.item_ids().eq(last.item_ids()) || people(round) != people(last)
    }
}
