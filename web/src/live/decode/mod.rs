//! Text frames as commands. What does not fit is told field by field, with what is allowed; nothing panics.
//!
//! The caller bounds the frame's size. Nesting is bounded by the JSON reader (128 levels).

mod fields;
mod party;

#[cfg(test)]
mod tests;

use crate::problem::Problem;
use fields::Fields;
use serde_json::{Map, Value};
use soiree_actors::live::{Command, LiveContext};
use soiree_domain::{Domain, Mood, bounds};

/// Longest `ref` in bytes.
pub const MAX_REF_BYTES: usize = 64;
/// Longest emoji of a reaction in bytes.
pub const MAX_EMOJI_BYTES: usize = 32;
const MAX_WORD_CHARS: usize = 64;
const MAX_TOKEN_BYTES: usize = 512;
const MAX_PASSWORD_BYTES: usize = 512;

/// The types a client may send.
pub const KNOWN: [&str; 18] = [
    "hello",
    "clock",
    "context",
    "event",
    "recommend",
    "party.create",
    "party.join",
    "party.leave",
    "party.chat",
    "party.react",
    "party.playback",
    "party.status",
    "party.queue",
    "party.vote",
    "party.admin",
    "party.change",
    "party.invite",
    "party.typing",
];

/// The first frame of a connection.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hello {
    /// An API key or a guest's token.
    pub token: Option<String>,
    /// A one-time ticket that stands for a token.
    pub ticket: Option<String>,
    /// What brings a guest back.
    pub resume: Option<String>,
    /// The name others see; for guests.
    pub name: Option<String>,
    /// What they are on, such as `phone`.
    pub device: Option<String>,
    /// Preferred language, BCP 47.
    pub locale: Option<String>,
    /// Offset of their local time from UTC in minutes.
    pub utc_offset_min: Option<i32>,
    /// Whether what they write and do may count for the mood of their parties.
    pub share_mood: Option<bool>,
}

/// What a text frame asks.
#[derive(Clone, PartialEq)]
pub enum Asked {
    /// Says who is there.
    Hello(Hello),
    /// Anything else.
    Command(Command),
}

/// A frame that was understood.
#[derive(Clone, PartialEq)]
pub struct Decoded {
    /// What it asks.
    pub asked: Asked,
    /// Its `ref`.
    pub reference: Option<String>,
}

/// A frame that was not.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Why.
    pub problem: Problem,
    /// Its `ref`, if that much could be read.
    pub reference: Option<String>,
}

/// Reads a text frame.
///
/// # Errors
/// [`Refused`] with `bad-json`, `unknown-type` or `invalid-fields`.
pub fn decode(text: &[u8]) -> Result<Decoded, Refused> {
    let anonymous = |problem| Refused { problem, reference: None };
    let value: Value =
        serde_json::from_slice(text).map_err(|e| anonymous(Problem::new("bad-json", e.to_string())))?;
    let Value::Object(mut map) = value else {
        return Err(anonymous(Problem::new("bad-json", "a frame is one JSON object")));
    };
    let reference = take_reference(&mut map).map_err(anonymous)?;
    match read(map) {
        Ok(asked) => Ok(Decoded { asked, reference }),
        Err(problem) => Err(Refused { problem, reference }),
    }
}

/// The `ref` of a frame that is refused unread.
pub(crate) fn reference_of(text: &[u8]) -> Option<String> {
    match serde_json::from_slice(text).ok()? {
        Value::Object(mut map) => take_reference(&mut map).ok().flatten(),
        _ => None,
    }
}

fn take_reference(map: &mut Map<String, Value>) -> Result<Option<String>, Problem> {
    let wrong =
        |message: &str| Problem::fields("invalid-fields", vec![bounds::FieldError::new("ref", message)]);
    match map.remove("ref") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_REF_BYTES && !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(wrong("must be a text of 1 to 64 bytes")),
    }
}

fn read(mut map: Map<String, Value>) -> Result<Asked, Problem> {
    let kind = match map.remove("type") {
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(unknown_type("`type` must be a text")),
        None => return Err(unknown_type("`type` is missing")),
    };
    let mut fields = Fields::new(map, "");
    let f = &mut fields;
    let asked = match kind.as_str() {
        "hello" => hello(f).map(Asked::Hello),
        "clock" => f.required_number("t0", -1e18, 1e18).map(|t0| Asked::Command(Command::Clock { t0 })),
        "context" => Some(Asked::Command(Command::Context(context(f)))),
        "event" => interaction(f).map(Asked::Command),
        "recommend" => recommend(f).map(Asked::Command),
        "party.create" => party::create(f).map(Asked::Command),
        "party.join" => party::join(f).map(Asked::Command),
        "party.leave" => f.required_named("party").map(|party| Asked::Command(Command::Leave { party })),
        "party.chat" => party::chat(f).map(Asked::Command),
        "party.react" => party::react(f).map(Asked::Command),
        "party.playback" => party::playback(f).map(Asked::Command),
        "party.status" => party::status(f).map(Asked::Command),
        "party.queue" => party::queue(f).map(Asked::Command),
        "party.vote" => party::vote(f).map(Asked::Command),
        "party.admin" => party::admin(f).map(Asked::Command),
        "party.change" => party::change(f).map(Asked::Command),
        "party.invite" => party::invite(f).map(Asked::Command),
        "party.typing" => party::typing(f).map(Asked::Command),
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(unknown_type(&format!("{shown:?} is not known")));
        }
    };
    fields.finish().map_err(|faults| Problem::fields("invalid-fields", faults))?;
    // A command that was not built has left a fault behind.
    asked.ok_or_else(|| Problem::new("invalid-fields", "a field is missing"))
}

fn unknown_type(what: &str) -> Problem {
    Problem::new("unknown-type", format!("{what}; known types: {}", KNOWN.join(", ")))
}

fn hello(f: &mut Fields) -> Option<Hello> {
    let hello = Hello {
        token: f.secret("token", MAX_TOKEN_BYTES),
        ticket: f.secret("ticket", MAX_TOKEN_BYTES),
        resume: f.secret("resume", MAX_TOKEN_BYTES),
        name: f.words("name", bounds::MAX_NAME_CHARS).map(|name| name.trim().to_owned()),
        device: f.words("device", MAX_WORD_CHARS),
        locale: f.words("locale", 35),
        utc_offset_min: utc_offset_min(f),
        share_mood: f.flag("share_mood"),
    };
    let ways = [
        ("token", hello.token.is_some()),
        ("ticket", hello.ticket.is_some()),
        ("resume", hello.resume.is_some()),
    ];
    let mut given = ways.into_iter().filter(|(_, given)| *given).map(|(name, _)| name);
    if let Some(first) = given.next() {
        given.for_each(|name| f.fault(name, format!("cannot stand beside {first}")));
    }
    Some(hello)
}

fn utc_offset_min(f: &mut Fields) -> Option<i32> {
    // Local times lie between UTC-12 and UTC+14.
    f.whole("utc_offset_min", -14 * 60, 14 * 60).and_then(|minutes| i32::try_from(minutes).ok())
}

fn context(f: &mut Fields) -> LiveContext {
    LiveContext {
        activity: f.words("activity", MAX_WORD_CHARS),
        mood: f.object("mood", "mood.", |f| {
            let valence = f.required_number("valence", -1.0, 1.0);
            let arousal = f.required_number("arousal", -1.0, 1.0);
            Some(Mood::new(small(valence?), small(arousal?)))
        }),
        device: f.words("device", MAX_WORD_CHARS),
        now_on: f.object("now_on", "now_on.", |f| {
            let item = f.required_named("item");
            let position_ms = f.required_position_ms("position_ms");
            Some((item?, position_ms?))
        }),
        utc_offset_min: utc_offset_min(f),
        wish: f.named("wish"),
        share_mood: f.flag("share_mood"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller has checked the range, precision is not needed"
)]
fn small(number: f64) -> f32 {
    number as f32
}

fn interaction(f: &mut Fields) -> Option<Command> {
    let item = f.required_named("item");
    let kind = f.required_named("kind");
    let value = f.number("value", 0.0, 1e6).map(small);
    let recommendation_id = f.named("recommendation_id");
    Some(Command::Interaction { item: item?, kind: kind?, value, recommendation_id })
}

fn recommend(f: &mut Fields) -> Option<Command> {
    if let Some(surface) = f.words("surface", MAX_WORD_CHARS)
        && surface != "home"
    {
        f.fault("surface", "must be home");
    }
    let limit = f.whole("limit", 1, 100).unwrap_or(10);
    let domains = f.names::<Domain>("domains", Domain::ALL.len());
    Some(Command::Recommend { limit: usize::try_from(limit).unwrap_or(10), domains })
}
