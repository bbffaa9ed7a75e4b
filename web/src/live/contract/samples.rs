//! Every event that there is, for the contract to look at.

use soiree_actors::{
    fault::Fault,
    live::{
        Because, ChatLine, Event, MemberChange, MemberView, MoodView, PartyFace, PartySnapshot, Personal,
        Round, RoundItem, Watching,
        watch::{
            Cause, Correction, LeftReason, PlayState, Playback, PollView, QueueOp, Queued, SkipTally,
            SyncReport, Tally, Verdict, VoteValue, Work,
        },
    },
};
use soiree_domain::{
    Control, MemberRole, ModelVersion, Mood, PartyId, Reason, RecommendationId, Scored, SessionId, Source,
    Strategy, Taste, UserId, Visibility, Wait, Wish, bounds::FieldError,
};
use std::sync::Arc;

/// An id from a text that is one.
pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn member() -> MemberView {
    MemberView { user: id("ana"), name: "Ana".into(), role: MemberRole::Host, muted: false, online: true }
}

fn line(full: bool) -> ChatLine {
    ChatLine {
        seq: 3,
        user: id("ana"),
        name: "Ana".into(),
        text: "wow".into(),
        reply_to: full.then_some(2),
        mentions: if full { vec![id("bo")] } else { vec![] },
        at_ms: 5,
        sentiment: full.then_some(-0.5),
    }
}

fn mood() -> MoodView {
    MoodView {
        mood: Mood::new(-0.4, 0.7),
        confidence: 0.5,
        drivers: vec!["pleasant chat of 2 members".into()],
    }
}

fn scored() -> Scored {
    let reason = |private_to| Reason {
        source: Source::ItemKnn,
        text: "Because you liked it".into(),
        item: Some(id("demo:b")),
        private_to,
    };
    Scored { item: id("demo:a"), score: 0.75, reasons: vec![reason(None), reason(Some(id("ana")))] }
}

fn round(members: usize, because: Because, strategy: Strategy) -> Arc<Round> {
    let shares: Vec<(UserId, f32)> = (0..members).map(|n| (id(&format!("u{n}")), 0.5)).collect();
    Arc::new(Round {
        round: 1,
        recommendation_id: id::<RecommendationId>("r"),
        version: id::<ModelVersion>("m"),
        strategy,
        because,
        items: vec![RoundItem { scored: scored(), satisfaction: shares.clone() }],
        satisfaction: shares,
        min_satisfaction: 0.5,
        mean_satisfaction: 0.5,
        spread: 0.0,
        age_limit: (members > 1).then_some(12),
        left_out: vec!["ease".into()],
    })
}

fn snapshot(full: bool) -> PartySnapshot {
    PartySnapshot {
        party: soiree_domain::Party {
            id: id("p"),
            name: "Friday".into(),
            visibility: if full { Visibility::Private } else { Visibility::Public },
            control: if full { Control::Vote } else { Control::Everyone },
            wait: Wait::All,
            locked: full,
            starts_at_ms: full.then_some(99),
            taste: taste(full),
            host: id("ana"),
            item: full.then(|| id("demo:a")),
            password_hash: full.then(|| "secret".into()),
            created_at_ms: 1,
            ended_at_ms: None,
            epoch: 1,
            fence: 1,
        },
        seq: if full { 9 } else { 0 },
        members: vec![member()],
        banned: if full { vec![(id("u9"), "Rowdy".into())] } else { vec![] },
        chat: if full { vec![line(false), line(true)] } else { vec![] },
        mood: mood(),
        recommendations: full.then(|| (8, 7, round(2, Because::Timer, Strategy::Average))),
        watching: watching(full),
        viewer: id("u1"),
    }
}

fn taste(full: bool) -> Taste {
    let strategy = full.then_some(Strategy::Gfar);
    Taste { strategy, host_weight: 1.5, mood: if full { Wish::Lift } else { Wish::Match } }
}

fn work(full: bool) -> Work {
    let known = if full { "demo:a" } else { "url:0011223344556677" };
    let url = "https://media.example/film.mp4".to_owned();
    let title = full.then(|| "Our film".to_owned());
    Work { item: id(known), title, url: Some(url), duration_ms: full.then_some(5) }
}

fn playback(full: bool) -> Playback {
    let mut playback = Playback::empty(5);
    if full {
        playback.state = PlayState::Waiting;
        playback.work = Some(work(true));
        playback.by = Some(id("ana"));
        playback.waiting_for = vec![id("bo")];
    }
    playback
}

fn tally() -> Tally {
    Tally { item: id("demo:a"), up: 1, down: 0, vetoes: 0 }
}

fn watching(full: bool) -> Box<Watching> {
    let queue = if full { vec![Queued { work: work(false), by: id("ana") }] } else { vec![] };
    let items = if full { vec![(tally(), Some(VoteValue::Up)), (tally(), None)] } else { vec![] };
    let poll = PollView { items, skip: SkipTally { votes: 0, needed: 2 }, skip_mine: full };
    Box::new(Watching { playback: playback(full), queue, poll })
}

/// Events about watching together.
fn shared_events(party: &PartyId) -> Vec<Event> {
    let party = || party.clone();
    let skip = SkipTally { votes: 2, needed: 2 };
    let mut all = vec![
        Event::Playback { party: party(), seq: None, playback: playback(false) },
        Event::Typing { party: party(), user: id("ana") },
        Event::Sync {
            party: party(),
            sync: SyncReport { players: 3, p50_ms: 12, worst_ms: 90, buffering: vec![id("bo")] },
        },
        Event::Removed { party: party(), seq: 8, message: Some(3) },
    ];
    for state in [PlayState::Empty, PlayState::Playing, PlayState::Paused, PlayState::Waiting] {
        all.push(Event::Playback {
            party: party(),
            seq: Some(4),
            playback: Playback { state, ..playback(true) },
        });
    }
    for because in [
        Cause::Start,
        Cause::Command,
        Cause::Buffering,
        Cause::Ready,
        Cause::WaitedEnough,
        Cause::Finished,
        Cause::Vote,
        Cause::Schedule,
        Cause::Alone,
    ] {
        all.push(Event::Playback {
            party: party(),
            seq: Some(4),
            playback: Playback { because, ..playback(true) },
        });
    }
    for seek in [false, true] {
        let correction = Correction { version: 3, drift_ms: -80, seek, rate: 1.04, position_ms: 5, at_ms: 6 };
        all.push(Event::Correction { party: party(), correction });
    }
    for op in [QueueOp::Add, QueueOp::Remove, QueueOp::Move] {
        all.push(Event::Queue { party: party(), seq: 5, op, work: work(true), index: 0, by: id("ana") });
    }
    for value in [VoteValue::Up, VoteValue::Down, VoteValue::Veto, VoteValue::Clear, VoteValue::Skip] {
        let item = (value != VoteValue::Skip).then(|| id("demo:a"));
        for outcome in [None, Some(Verdict::Skipped), Some(Verdict::Plays), Some(Verdict::Vetoed)] {
            let (item, tally) = (item.clone(), item.as_ref().map(|_| tally()));
            all.push(Event::Poll {
                party: party(),
                seq: 6,
                by: id("ana"),
                item,
                value,
                tally,
                skip,
                outcome,
            });
        }
    }
    for uses in [None, Some(3)] {
        all.push(Event::Invitation { party: party(), invite: "inv_0f".into(), expires_at_ms: 9, uses });
    }
    all
}

fn face(item: Option<soiree_domain::ItemId>) -> PartyFace {
    PartyFace {
        name: "Night".into(),
        visibility: Visibility::Unlisted,
        control: Control::Vote,
        starts_at_ms: item.is_some().then_some(7),
        taste: taste(item.is_some()),
        item,
        wait: Wait::Nobody,
        locked: true,
    }
}

/// Every variant of every event, with and without what is optional.
pub(super) fn events() -> Vec<Event> {
    let party: PartyId = id("p");
    let session: SessionId = id("s");
    let mut all = vec![
        Event::Clock { t0: 1.5, t1: 2, t2: 3 },
        Event::Ack,
        Event::Personal(Arc::new(Personal {
            recommendation_id: id("r"),
            version: id("m"),
            items: vec![scored(), Scored { item: id("demo:gone"), score: 0.0, reasons: vec![] }],
            left_out: vec![],
        })),
        Event::Snapshot(Box::new(snapshot(false))),
        Event::Snapshot(Box::new(snapshot(true))),
        Event::Resumed {
            party: party.clone(),
            epoch: 1,
            seq: 4,
            online: vec![id("ana")],
            mood: mood(),
            watching: watching(true),
        },
        Event::Chat { party: party.clone(), line: line(false) },
        Event::Chat { party: party.clone(), line: line(true) },
        Event::Removed { party: party.clone(), seq: 3, message: None },
        Event::Changed { party: party.clone(), seq: 3, now: face(Some(id("demo:i1"))) },
        Event::Changed { party: party.clone(), seq: 4, now: face(None) },
        Event::Sentiment { party: party.clone(), scores: vec![(1, 0.5), (2, -1.0)] },
        Event::Mood { party: party.clone(), mood: mood() },
        Event::Notice { text: "the server restarts at nine".into() },
    ];
    for resume in [None, Some("rt_1".to_owned())] {
        let (session, user) = (session.clone(), id("ana"));
        all.push(Event::Welcome {
            session,
            user,
            name: "Ana".into(),
            resume,
            server_time_ms: 1,
            heartbeat_s: 25,
        });
    }
    for change in [
        MemberChange::Joined,
        MemberChange::Left,
        MemberChange::Role,
        MemberChange::Presence,
        MemberChange::Muted,
        MemberChange::Unmuted,
        MemberChange::Banned,
        MemberChange::Unbanned,
    ] {
        let (party, member) = (party.clone(), member());
        let seq = (change != MemberChange::Presence).then_some(2);
        let reason = (change == MemberChange::Left).then_some(LeftReason::Kicked);
        let by = seq.map(|_| id("bo"));
        all.push(Event::Member { party, seq, member, change, by, reason });
    }
    all.extend(shared_events(&party));
    for position_ms in [None, Some(5)] {
        let (party, user) = (party.clone(), id("ana"));
        all.push(Event::Reaction { party, user, emoji: "🎉".into(), position_ms, at_ms: 1 });
    }
    let because = [
        Because::Timer,
        Because::MoodShift,
        Because::Event,
        Because::Vote,
        Because::Finished,
        Because::MemberLeft,
        Because::MemberJoined,
    ];
    for (at, because) in because.into_iter().enumerate() {
        let round = round(1 + 20 * (at % 2), because, Strategy::ALL[at % 3]);
        all.push(Event::Recommendations { party: party.clone(), seq: 4, at_ms: 1, round, viewer: id("u0") });
    }
    for fault in [
        Fault::missing("party", "p"),
        Fault::Forbidden("not yours"),
        Fault::WrongPassword,
        Fault::NotAllowed("only the host may do this"),
        Fault::Banned,
        Fault::Locked,
        Fault::Conflict("nothing plays"),
        Fault::missing("member", "bo"),
        Fault::missing("message", 4),
        Fault::NotAMember,
        Fault::Ended,
        Fault::Full(5),
        Fault::Invalid(vec![FieldError::new("text", "is missing")]),
        Fault::Overloaded("a party"),
        Fault::Timeout("hashing"),
        Fault::NoModels,
        Fault::NotStored,
        Fault::Internal("secret cause".into()),
    ] {
        all.push(Event::Problem(fault));
    }
    all
}
