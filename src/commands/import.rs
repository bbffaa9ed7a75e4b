//! `soiree import`: a data set into the database, in batches, again and again without doubling.

use crate::{Failure, app, cli, config::Config, terminal};
use soiree_datasets::{BadLine, Format, Import, Record};
use soiree_domain::{Friendship, Interaction, Item, Relation, User};
use soiree_storage::{Store, Written};

/// Rows written at a time.
const BATCH: usize = 5_000;
/// Bad lines that are shown.
const SHOWN: usize = 10;

/// Rows that wait to be written, by kind.
#[derive(Default)]
struct Batches {
    items: Vec<Item>,
    users: Vec<User>,
    relations: Vec<Relation>,
    friends: Vec<Friendship>,
    interactions: Vec<Interaction>,
}

#[derive(Default, serde::Serialize)]
struct Summary {
    layout: String,
    items: Counted,
    users: Counted,
    interactions: Counted,
    friendships: Counted,
    relations: Counted,
    bad_lines: u64,
    first_bad_lines: Vec<String>,
    seconds: f64,
}

#[derive(Default, Clone, Copy, serde::Serialize)]
struct Counted {
    inserted: u64,
    updated: u64,
    unchanged: u64,
    skipped: u64,
}

impl std::ops::AddAssign<Written> for Counted {
    fn add_assign(&mut self, written: Written) {
        self.inserted += written.inserted;
        self.updated += written.updated;
        self.unchanged += written.unchanged;
        self.skipped += written.skipped;
    }
}

pub(crate) async fn run(args: &cli::Import, config: &Config, json: bool) -> Result<(), Failure> {
    let started = std::time::Instant::now();
    let format: Format = args.format.parse()?;
    let mut import = Import::open(format, &args.path)?;
    let store = app::open_store(config).await?;
    let now_ms = soiree_actors::clock::Clock::system().now_ms();
    let bar = terminal::Bar::new("importing", import.total_bytes(), "bytes");
    let mut summary = Summary { layout: import.layout().to_owned(), ..Summary::default() };
    let mut batches = Batches::default();
    while let Some(record) = import.next() {
        match record {
            Ok(record) => {
                if batches.put(record) {
                    batches.write(&store, now_ms, &mut summary).await?;
                    bar.set(import.bytes_read());
                }
            }
            Err(bad) => {
                summary.bad(&bad);
                if args.strict {
                    return Err(format!("stopped at the first bad line: {bad}").into());
                }
            }
        }
    }
    batches.write(&store, now_ms, &mut summary).await?;
    bar.finish();
    summary.seconds = started.elapsed().as_secs_f64();
    if json {
        terminal::json(&summary)?
    } else {
        summary.print()
    }
    store.close().await;
    Ok(())
}

impl Batches {
    /// Takes a record; true when it is time to write.
    fn put(&mut self, record: Record) -> bool {
        match record {
            Record::Item(item) => self.items.push(item),
            Record::User(user) => self.users.push(user),
            Record::Relation(relation) => self.relations.push(relation),
            Record::Friend(friend) => self.friends.push(friend),
            Record::Interaction(interaction) => self.interactions.push(interaction),
        }
        [
            self.items.len(),
            self.users.len(),
            self.relations.len(),
            self.friends.len(),
            self.interactions.len(),
        ]
        .into_iter()
        .any(|n| n >= BATCH)
    }

    /// Writes what has gathered, what others depend on first.
    async fn write(&mut self, store: &Store, now_ms: i64, summary: &mut Summary) -> Result<(), Failure> {
        if !self.items.is_empty() {
            summary.items += store.put_items(&std::mem::take(&mut self.items), now_ms).await?;
        }
        if !self.users.is_empty() {
            summary.users += store.put_users(&std::mem::take(&mut self.users), now_ms).await?;
        }
        if !self.relations.is_empty() {
            summary.relations += store.put_relations(&std::mem::take(&mut self.relations)).await?;
        }
        if !self.friends.is_empty() {
            summary.friendships += store.put_friends(&std::mem::take(&mut self.friends)).await?;
        }
        if !self.interactions.is_empty() {
            summary.interactions +=
                store.import_interactions(&std::mem::take(&mut self.interactions)).await?;
        }
        Ok(())
    }
}

impl Summary {
    fn bad(&mut self, bad: &BadLine) {
        self.bad_lines += 1;
        if self.first_bad_lines.len() < SHOWN {
            self.first_bad_lines.push(bad.to_string());
        }
    }

    fn print(&self) {
        terminal::line(format!("{}, read in {:.1} s", self.layout, self.seconds));
        let row = |name: &str, c: Counted| {
            let counts = [c.inserted, c.updated, c.unchanged, c.skipped];
            std::iter::once(name.to_owned()).chain(counts.iter().map(u64::to_string)).collect::<Vec<_>>()
        };
        let rows = [
            row("items", self.items),
            row("people", self.users),
            row("interactions", self.interactions),
            row("friendships", self.friendships),
            row("relations", self.relations),
        ];
        terminal::table(&["", "new", "changed", "as before", "left out"], &rows);
        if self.bad_lines > 0 {
            terminal::line(format!("{} bad line(s) were left out:", self.bad_lines));
            for bad in &self.first_bad_lines {
                terminal::line(format!("  {bad}"));
            }
        }
    }
}
