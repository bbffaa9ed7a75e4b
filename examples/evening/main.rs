//! A scripted evening of five people with tastes apart: their chat turns sad, then silly, two leave and one joins. Writes
//! what was recommended each time, and why, as a document with a plot.
//!
//! ```text
//! cargo run --release -- serve &
//! cargo run --release --example evening -- 127.0.0.1:8080 docs/evening.md docs/images/evening.svg
//! ```
//!
//! The server needs its demo catalogue and open guests, as on a first start. The evening takes about a minute; every
//! figure of the document is what the first guest's socket was told.

#[path = "../client/mod.rs"]
mod client;
mod document;
mod plot;

use client::{Client, Failure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Who comes, and what they have liked before.
const PEOPLE: [(&str, &str, [&str; 4]); 6] = [
    (
        "Ana",
        "science fiction",
        [
            "demo:film-arrival-2016",
            "demo:film-solaris-1972",
            "demo:film-blade-runner-1982",
            "demo:book-solaris-1961",
        ],
    ),
    (
        "Bo",
        "romance",
        [
            "demo:film-atonement-2007",
            "demo:film-in-the-mood-for-love-2000",
            "demo:film-the-english-patient-1996",
            "demo:film-the-umbrellas-of-cherbourg-1964",
        ],
    ),
    (
        "Cy",
        "old Hollywood",
        [
            "demo:film-citizen-kane-1941",
            "demo:film-sunset-boulevard-1950",
            "demo:film-the-searchers-1956",
            "demo:film-the-graduate-1967",
        ],
    ),
    (
        "Dee",
        "dark fantasy",
        [
            "demo:series-game-of-thrones-2011",
            "demo:series-the-witcher-2019",
            "demo:film-interview-with-the-vampire-1994",
            "demo:book-the-last-wish-1993",
        ],
    ),
    (
        "Eli",
        "indie music",
        [
            "demo:music-elliott-smith-either-or-1997",
            "demo:music-bon-iver-for-emma-forever-ago-2007",
            "demo:music-the-national-boxer-2007",
            "demo:film-inside-llewyn-davis-2013",
        ],
    ),
    (
        "Fay",
        "the jazz age",
        [
            "demo:book-the-great-gatsby-1925",
            "demo:book-tales-of-the-jazz-age-1922",
            "demo:film-midnight-in-paris-2011",
            "demo:music-miles-davis-kind-of-blue-1959",
        ],
    ),
];

/// One stretch of the evening.
enum Act {
    /// Somebody opens the party, or joins it.
    Come(usize),
    /// Lines of chat: who, and what.
    Say(&'static [(usize, &'static str)]),
    /// Somebody reacts.
    React(usize, &'static str),
    /// Somebody votes for what was recommended first.
    VoteFirst(usize),
    /// Somebody leaves.
    Go(usize),
}

/// The script: a heading for each scene, what is done, and how long is waited for what follows.
const SCENES: [(&str, &[Act], u64); 7] = [
    ("Five people come in", &[Act::Come(0), Act::Come(1), Act::Come(2), Act::Come(3), Act::Come(4)], 6),
    (
        "The chat turns sad",
        &[
            Act::Say(&[
                (1, "my grandmother died on monday, i still cant believe it"),
                (0, "oh no, I am so sorry Bo :("),
                (1, "the flat is so empty now. I miss her terribly"),
                (4, "that hurts. lost my dad last year, it was a horrible time"),
                (2, "so sad to hear that, both of you 😢"),
                (3, "😭😭 I feel awful for you"),
                (1, "i was crying all day"),
                (4, "it is lonely, i know"),
            ]),
            Act::React(0, "😢"),
            Act::React(2, "💔"),
        ],
        8,
    ),
    (
        "Then it turns silly",
        &[
            Act::Say(&[
                (3, "ok who wants to hear about my goat"),
                (0, "YOUR GOAT???"),
                (3, "she ate my homework. I am thirty four. lmaooo"),
                (1, "hahahaha thank you I needed that 😂😂"),
                (4, "LMAO what a legend, best goat ever"),
                (2, "haha that is hilarious, I love her already"),
                (0, "hahahahaha 🤣🤣🤣 we need a film about this goat"),
                (3, "she would be a STAR!!! 🐐✨"),
                (1, "you are the best, I feel so much better 😂"),
                (4, "this is the funniest thing, love you all 😄"),
            ]),
            Act::React(1, "😂"),
            Act::React(4, "🎉"),
            Act::React(2, "😂"),
        ],
        8,
    ),
    ("Cy votes for the first of the list", &[Act::VoteFirst(2)], 6),
    ("Bo goes home", &[Act::Go(1)], 6),
    ("Dee goes to feed the goat", &[Act::Go(3)], 6),
    ("Fay comes in", &[Act::Come(5)], 8),
];

/// What one scene brought.
pub(crate) struct Scene {
    pub(crate) heading: &'static str,
    pub(crate) begin_s: f64,
    /// Who said or did what.
    pub(crate) script: Vec<String>,
    /// The last round that the scene brought.
    pub(crate) round: Option<Value>,
    /// The mood at its end.
    pub(crate) mood: Option<Value>,
    pub(crate) rounds: usize,
}

/// Everything that the first guest heard, with the seconds since the beginning.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) moods: Vec<(f64, Value)>,
    pub(crate) rounds: Vec<(f64, Value)>,
}

struct Evening {
    address: String,
    guests: Vec<Option<Client>>,
    names: Vec<(String, String)>,
    party: Option<String>,
    began: Instant,
    record: Record,
}

impl Evening {
    async fn act(&mut self, act: &Act, script: &mut Vec<String>) -> Result<(), Failure> {
        match act {
            Act::Come(who) => {
                script.push(format!("*{} comes in ({}).*", PEOPLE[*who].0, PEOPLE[*who].1));
                self.come(*who).await
            }
            Act::Say(lines) => {
                for (who, text) in *lines {
                    script.push(format!("**{}** {text}", PEOPLE[*who].0));
                    let party = self.party.clone();
                    self.guest(*who)?
                        .send(json!({ "type": "party.chat", "party": party, "text": text }))
                        .await?;
                    self.listen(Duration::from_millis(700)).await?;
                }
                Ok(())
            }
            Act::React(who, emoji) => {
                script.push(format!("**{}** reacts {emoji}", PEOPLE[*who].0));
                let party = self.party.clone();
                self.guest(*who)?.send(json!({ "type": "party.react", "party": party, "emoji": emoji })).await
            }
            Act::VoteFirst(who) => {
                let (_, round) = self.record.rounds.last().ok_or("nothing was recommended yet")?;
                let (item, title) = (round["items"][0]["item"].clone(), round["items"][0]["title"].clone());
                script.push(format!(
                    "**{}** votes for “{}”",
                    PEOPLE[*who].0,
                    title.as_str().unwrap_or_default()
                ));
                let vote = json!({ "type": "party.vote", "party": self.party, "item": item, "value": "up" });
                self.guest(*who)?.send(vote).await
            }
            Act::Go(who) => {
                script.push(format!("*{} leaves.*", PEOPLE[*who].0));
                let leave = json!({ "type": "party.leave", "party": self.party });
                self.guest(*who)?.send(leave).await
            }
        }
    }

    async fn come(&mut self, who: usize) -> Result<(), Failure> {
        let (name, _, liked) = PEOPLE[who];
        let mut guest = Client::connect(&self.address, "name", name).await?;
        for item in liked {
            guest.send(json!({ "type": "event", "item": item, "kind": "like", "ref": item })).await?;
            guest.until(|frame| frame["ref"] == item).await?;
        }
        let enter = match &self.party {
            None => json!({ "type": "party.create", "name": "An evening", "visibility": "unlisted",
                "control": "everyone", "ref": "in" }),
            Some(party) => json!({ "type": "party.join", "party": party, "ref": "in" }),
        };
        guest.send(enter).await?;
        let snapshot = guest.until(|frame| frame["ref"] == "in").await?;
        self.party = Some(snapshot["party"]["id"].as_str().ok_or("a snapshot names its party")?.to_owned());
        self.names.push((guest.user.clone(), name.to_owned()));
        self.guests[who] = Some(guest);
        self.listen(Duration::from_millis(200)).await
    }

    fn guest(&mut self, who: usize) -> Result<&mut Client, Failure> {
        self.guests[who].as_mut().ok_or_else(|| "somebody acts who has not come".into())
    }

    /// Hears what the first guest is told for a while.
    async fn listen(&mut self, time: Duration) -> Result<(), Failure> {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            let began = self.began;
            let Ok(frame) = tokio::time::timeout(left, self.guest(0)?.next()).await else { break };
            let frame = frame?;
            let at = began.elapsed().as_secs_f64();
            match frame["type"].as_str().unwrap_or_default() {
                "party.mood" => self.record.moods.push((at, frame)),
                "party.recommendations" => self.record.rounds.push((at, frame)),
                _ => {}
            }
        }
        Ok(())
    }

    async fn play(&mut self) -> Result<Vec<Scene>, Failure> {
        let mut scenes = Vec::new();
        for (heading, acts, wait_s) in SCENES {
            let begin_s = self.began.elapsed().as_secs_f64();
            let before = self.record.rounds.len();
            let mut script = Vec::new();
            for act in acts {
                self.act(act, &mut script).await?;
            }
            self.listen(Duration::from_secs(wait_s)).await?;
            let rounds = &self.record.rounds[before..];
            let round = rounds.last().map(|(_, round)| round.clone());
            let mood = self.record.moods.last().map(|(_, mood)| mood.clone());
            scenes.push(Scene { heading, begin_s, script, rounds: rounds.len(), round, mood });
        }
        Ok(scenes)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, document, image] = arguments.as_slice() else {
        return Err("usage: evening ADDRESS DOCUMENT.md PLOT.svg".into());
    };
    let mut evening = Evening {
        address: address.clone(),
        guests: PEOPLE.iter().map(|_| None).collect(),
        names: Vec::new(),
        party: None,
        began: Instant::now(),
        record: Record::default(),
    };
    let scenes = evening.play().await?;
    let end_s = evening.began.elapsed().as_secs_f64();
    let link = relative(document, image);
    std::fs::write(document, document::write(&scenes, &evening.names, &link))?;
    std::fs::write(image, plot::draw(&scenes, &evening.record, end_s))?;
    Ok(())
}

/// The image as the document links it, when it lies below the document's folder.
fn relative(document: &str, image: &str) -> String {
    let folder = std::path::Path::new(document).parent().unwrap_or(std::path::Path::new(""));
    std::path::Path::new(image)
        .strip_prefix(folder)
        .map_or(image.to_owned(), |path| path.display().to_string())
}
