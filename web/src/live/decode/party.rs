//! Commands to a party.

use super::{MAX_EMOJI_BYTES, MAX_PASSWORD_BYTES, MAX_TOKEN_BYTES, fields::Fields};
use soiree_actors::{
    invitation,
    live::{
        Command, NewParty, PartyChange,
        watch::{Act, Order, PartyAct, QueueChange, Status, Steer, VoteValue, Work},
    },
};
use soiree_domain::{Control, ItemId, PartyId, Taste, UserId, Visibility, Wait, bounds};

/// Longest address of a work in bytes.
const MAX_URL_BYTES: usize = 2_048;
/// Longest title of a work in characters.
const MAX_TITLE_CHARS: usize = 200;
/// Members that a line can speak to.
const MAX_MENTIONS: usize = 16;
/// Chapters or tracks.
const MAX_PART: i64 = 100_000;
/// Latest time that is taken: the year 10,000.
const MAX_TIME_MS: i64 = 253_402_300_800_000;
const HOUR_S: i64 = 3_600;

pub(super) fn create(f: &mut Fields) -> Option<Command> {
    let name = f.required_words("name", bounds::MAX_NAME_CHARS);
    let work = work(f);
    let visibility = f.named::<Visibility>("visibility").unwrap_or_default();
    let password = f.secret("password", MAX_PASSWORD_BYTES);
    let control = f.named::<Control>("control").unwrap_or_default();
    let wait = f.named::<Wait>("wait").unwrap_or_default();
    let starts_at_ms = f.whole("starts_at_ms", 0, MAX_TIME_MS);
    let taste = taste(f).unwrap_or_default();
    let name = name?.trim().to_owned();
    // A work of the catalogue is the party's own; one with an address is loaded into it.
    let (item, media) = match work {
        Some(work) if work.url.is_none() => (Some(work.item), None),
        media => (None, media),
    };
    let new = NewParty { name, item, visibility, password, control, wait, starts_at_ms, taste };
    Some(Command::Create { new, media })
}

/// What recommendations should be like; what is left out has its default.
fn taste(f: &mut Fields) -> Option<Taste> {
    let [least, most] = Taste::HOST_WEIGHT.map(f64::from);
    f.object("taste", "taste.", |f| {
        let usual = Taste::default();
        Some(Taste {
            strategy: f.named("strategy"),
            host_weight: f.number("host_weight", least, most).map_or(usual.host_weight, super::small),
            mood: f.named("mood").unwrap_or(usual.mood),
        })
    })
}

pub(super) fn change(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let change = PartyChange {
        name: f.words("name", bounds::MAX_NAME_CHARS).map(|name| name.trim().to_owned()),
        visibility: f.named("visibility"),
        control: f.named("control"),
        item: f.named("item").map(Some),
        password: f.secret("password", MAX_PASSWORD_BYTES),
        wait: f.named("wait"),
        starts_at_ms: f.whole("starts_at_ms", 0, MAX_TIME_MS).map(|at| (at > 0).then_some(at)),
        taste: taste(f),
    };
    Some(Command::Change { party: party?, change })
}

pub(super) fn join(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let password = f.secret("password", MAX_PASSWORD_BYTES);
    let invite = f.secret("invite", MAX_TOKEN_BYTES);
    let since = f.object("since", "since.", |f| {
        let epoch = f.required_whole("epoch", 0, i64::MAX);
        let seq = f.required_whole("seq", 0, i64::MAX);
        Some((epoch?, seq?))
    });
    Some(Command::Join { party: party?, password, invite, since })
}

pub(super) fn chat(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let text = f.required_words("text", bounds::MAX_CHAT_CHARS);
    let reply_to = f.whole("reply_to", 1, i64::MAX);
    let mentions = f.names::<UserId>("mentions", MAX_MENTIONS).unwrap_or_default();
    Some(Command::Chat { party: party?, text: text?, reply_to, mentions })
}

pub(super) fn react(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let emoji = f.required_words("emoji", MAX_EMOJI_BYTES);
    if emoji.as_ref().is_some_and(|emoji| emoji.len() > MAX_EMOJI_BYTES || emoji.contains(char::is_control)) {
        f.fault("emoji", format!("must be one emoji of at most {MAX_EMOJI_BYTES} bytes"));
    }
    let position_ms = f.position_ms("position_ms");
    Some(Command::React { party: party?, emoji: emoji?, position_ms })
}

pub(super) fn invite(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let uses = f.whole("uses", 1, 1_000);
    let lives_ms = f.whole("expires_in_s", 60, 30 * 24 * HOUR_S).unwrap_or(24 * HOUR_S) * 1_000;
    Some(Command::Invite { party: party?, uses, lives_ms })
}

pub(super) fn playback(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let action = f.required_words("action", 16);
    let position_ms = f.position_ms("position_ms");
    let part = f.whole("part", 0, MAX_PART).and_then(|part| u32::try_from(part).ok());
    let rate = f.number("rate", 0.25, 4.0);
    let work = work(f);
    let steer = match action.as_deref()? {
        "play" => Steer::Play { position_ms },
        "pause" => Steer::Pause { position_ms },
        "seek" => match position_ms {
            Some(position_ms) => Steer::Seek { position_ms, part },
            None => return missing(f, "position_ms"),
        },
        "rate" => match rate {
            Some(rate) => Steer::Rate(rate),
            None => return missing(f, "rate"),
        },
        "load" => match work {
            Some(work) => {
                Steer::Load { work, position_ms: position_ms.unwrap_or(0), part: part.unwrap_or(0) }
            }
            None => return missing(f, "item"),
        },
        "next" => Steer::Next,
        _ => return unknown(f, "action", "play, pause, seek, rate, load, next"),
    };
    act(party, Act::Steer(steer))
}

pub(super) fn status(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let position_ms = f.required_position_ms("position_ms");
    let status = Status {
        position_ms: position_ms.unwrap_or(0),
        at_ms: f.whole("at_server_ms", 0, MAX_TIME_MS),
        buffering: f.flag("buffering").unwrap_or(false),
        rtt_ms: f.whole("rtt_ms", 0, 600_000),
        version: f.whole("version", 0, i64::MAX),
        duration_ms: f.position_ms("duration_ms").filter(|length| *length > 0),
    };
    position_ms?;
    act(party, Act::Status(status))
}

pub(super) fn queue(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let op = f.required_words("op", 16);
    let to = f.whole("to", 0, 10_000).and_then(|to| usize::try_from(to).ok());
    let work = work(f);
    let change = match op.as_deref()? {
        "add" => work.map(|work| QueueChange::Add { work, to }),
        "remove" => work.map(|work| QueueChange::Remove(work.item)),
        "move" => match to {
            Some(to) => work.map(|work| QueueChange::Move { item: work.item, to }),
            None => return missing(f, "to"),
        },
        _ => return unknown(f, "op", "add, remove, move"),
    };
    match change {
        Some(change) => act(party, Act::Queue(change)),
        None => missing(f, "item"),
    }
}

pub(super) fn vote(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let item = f.named("item");
    let value = f.required_named("value");
    let value: VoteValue = value?;
    if item.is_some() && value == VoteValue::Skip {
        f.fault("item", "does not go with skip, which is about what plays now");
    }
    if item.is_none() && !matches!(value, VoteValue::Skip | VoteValue::Clear) {
        f.fault("item", "is missing");
    }
    act(party, Act::Vote { item, value })
}

pub(super) fn admin(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    let op = f.required_words("op", 32);
    let user = f.named::<UserId>("user");
    let message = f.number_text("message");
    let about = |f: &mut Fields, order: fn(UserId) -> Order| match &user {
        Some(user) => Some(order(user.clone())),
        None => missing(f, "user"),
    };
    let order = match op.as_deref()? {
        "promote" => about(f, Order::Promote),
        "demote" => about(f, Order::Demote),
        "mute" => about(f, Order::Mute),
        "unmute" => about(f, Order::Unmute),
        "kick" => about(f, Order::Kick),
        "ban" => about(f, Order::Ban),
        "unban" => about(f, Order::Unban),
        "transfer" => about(f, Order::Transfer),
        "lock" => Some(Order::Lock),
        "unlock" => Some(Order::Unlock),
        "delete-message" => match message {
            Some(seq) => Some(Order::DeleteMessage(seq)),
            None => missing(f, "message"),
        },
        _ => unknown(
            f,
            "op",
            "promote, demote, mute, unmute, kick, ban, unban, lock, unlock, transfer, delete-message",
        ),
    };
    act(party, Act::Order(order?))
}

pub(super) fn typing(f: &mut Fields) -> Option<Command> {
    let party = f.required_named("party");
    act(party, Act::Typing)
}

fn act(party: Option<PartyId>, act: Act) -> Option<Command> {
    Some(Command::Act(PartyAct { party: party?, act }))
}

fn missing<T>(f: &mut Fields, name: &'static str) -> Option<T> {
    f.fault(name, "is missing or wrong");
    None
}

fn unknown<T>(f: &mut Fields, name: &'static str, known: &str) -> Option<T> {
    f.fault(name, format!("must be one of {known}"));
    None
}

/// A work by its id, its address, or both. One without an id gets one from its address.
fn work(f: &mut Fields) -> Option<Work> {
    let item = f.named::<ItemId>("item");
    let url = f.secret("url", MAX_URL_BYTES);
    let title = f.words("title", MAX_TITLE_CHARS).map(|title| title.trim().to_owned());
    let duration_ms = f.position_ms("duration_ms").filter(|length| *length > 0);
    if let Some(url) = &url
        && !is_web_address(url)
    {
        f.fault("url", "must be an http or https address without credentials");
        return None;
    }
    let own = || url.as_ref().and_then(|url| ItemId::new(invitation::id_of_address(url)).ok());
    let item = item.or_else(own)?;
    Some(Work { item, title, url, duration_ms })
}

/// Whether players may be sent there. The server itself never asks for it.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    !authority.is_empty()
        && !authority.contains('@')
        && !url.contains(|c: char| c.is_control() || c.is_whitespace() || "\"<>\\^`{|}".contains(c))
}
