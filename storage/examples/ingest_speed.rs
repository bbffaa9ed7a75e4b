//! How fast interactions become durable: `cargo run --release -p soiree-storage --example ingest_speed -- [postgres]`.
//!
//! Three ways in, each several times in turn, median of the rates: imports of 1,000 rows per call, commits of one entry
//! with 1,000 rows, and commits of 200 entries with one row each (the journal's group commit under single requests).
//! SQLite runs with its default of a flush per commit; `postgres` adds a private server, also with flushes on.

use soiree_domain::{Domain, Interaction, InteractionKind, Item, ItemId, User, UserId, UserKind};
use soiree_storage::{Entry, Store, StoreOptions, testing::TempPostgres};
use std::time::Instant;

const PEOPLE: usize = 10_000;
const ITEMS: usize = 2_000;
const TURNS: usize = 5;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let dir = std::env::current_dir()?.join(format!("ingest-speed-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let url = format!("sqlite://{}", dir.join("speed.db").display());
    let measured = measure(&url).await;
    std::fs::remove_dir_all(&dir)?;
    measured?;
    if std::env::args().any(|arg| arg == "postgres") {
        let server = TempPostgres::start_durable()?;
        measure(&server.fresh_database().await?).await?;
    }
    Ok(())
}

async fn measure(url: &str) -> Result<(), Failure> {
    let store = Store::open(url, &StoreOptions::default()).await?;
    let people: Vec<UserId> =
        (0..PEOPLE).map(|n| UserId::new(format!("user:{n}"))).collect::<Result<_, _>>()?;
    let items: Vec<ItemId> =
        (0..ITEMS).map(|n| ItemId::new(format!("item:{n}"))).collect::<Result<_, _>>()?;
    let users: Vec<User> =
        people.iter().map(|id| User::new(id.clone(), "somebody", UserKind::Synthetic)).collect();
    let works: Vec<Item> = items.iter().map(|id| Item::new(id.clone(), Domain::Film, "something")).collect();
    store.put_users(&users, 0).await?;
    store.put_items(&works, 0).await?;

    // A plain mixer: neighbouring numbers become distant people and items.
    let mut number = 0_usize;
    let mut deeds = |n: usize| -> Vec<Interaction> {
        (0..n)
            .map(|_| {
                number += 1;
                let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let (user, item) = (&people[(mixed >> 40) % PEOPLE], &items[(mixed >> 20) % ITEMS]);
                let at_ms = i64::try_from(number).unwrap_or(0);
                let mut deed = Interaction::new(user.clone(), item.clone(), InteractionKind::Rate, at_ms);
                deed.value = Some(4.0);
                deed
            })
            .collect()
    };
    let (mut imports, mut batches, mut singles, mut waits) = (vec![], vec![], vec![], vec![]);
    for _ in 0..TURNS {
        let calls: Vec<Vec<Interaction>> = (0..40).map(|_| deeds(1_000)).collect();
        let start = Instant::now();
        for rows in &calls {
            store.import_interactions(rows).await?;
        }
        imports.push(40_000.0 / start.elapsed().as_secs_f64());

        let calls: Vec<Entry> =
            (0..40).map(|_| Entry::Interactions { rows: deeds(1_000), idempotency: None }).collect();
        let start = Instant::now();
        for entry in &calls {
            store.commit(std::slice::from_ref(entry)).await?;
        }
        batches.push(40_000.0 / start.elapsed().as_secs_f64());

        let calls: Vec<Vec<Entry>> = (0..40)
            .map(|_| {
                deeds(200)
                    .into_iter()
                    .map(|row| Entry::Interactions { rows: vec![row], idempotency: None })
                    .collect()
            })
            .collect();
        let start = Instant::now();
        for entries in &calls {
            let call = Instant::now();
            store.commit(entries).await?;
            waits.push(call.elapsed().as_secs_f64() * 1_000.0);
        }
        singles.push(8_000.0 / start.elapsed().as_secs_f64());
    }
    let start = Instant::now();
    let rows = store.training_rows().await?.rows.len();
    let reading = rows as f64 / start.elapsed().as_secs_f64();
    report(store.backend(), imports, batches, singles, waits, reading);
    store.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a measurement is there to be read")]
fn report(
    backend: &str,
    imports: Vec<f64>,
    batches: Vec<f64>,
    singles: Vec<f64>,
    waits: Vec<f64>,
    reading: f64,
) {
    println!("{backend}, interactions per second, median of {TURNS} turns:");
    println!("  import, 1,000 rows per call          {:>9.0}", median(imports));
    println!("  commit, one entry of 1,000 rows      {:>9.0}", median(batches));
    println!("  commit, 200 entries of one row       {:>9.0}", median(singles));
    println!("    one such commit, median            {:>9.2} ms", median(waits));
    println!("  reading all of them for training     {reading:>9.0}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
