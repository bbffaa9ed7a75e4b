//! `soiree recommend`, `similar` and `party-recommend`: answers on the terminal, with reasons.

use crate::{Failure, app, cli, config::Config, terminal};
use soiree_actors::{
    house::House,
    live::LiveContext,
    recommender::{GroupQuery, PersonalQuery},
};
use soiree_domain::{Domain, ItemId, Reason, UserId};
use soiree_storage::Page;
use soiree_web::live::JsonFrames;
use std::{io::Write, sync::Arc};

async fn open(config: &Config) -> Result<House, Failure> {
    let store = app::open_store(config).await?;
    app::house(config, store, Arc::new(JsonFrames::new())).await
}

fn domains(named: &[Domain]) -> Option<Vec<Domain>> {
    (!named.is_empty()).then(|| named.to_vec())
}

/// `Title (year), kind`.
fn titled(house: &House, id: &ItemId) -> String {
    let catalogue = house.recommender().catalogue();
    match catalogue.get(id) {
        Some(item) => {
            let year = item.year.map(|year| format!(" ({year})")).unwrap_or_default();
            format!("{}{year}, {}", item.title, item.domain)
        }
        None => id.to_string(),
    }
}

fn print_reasons(reasons: &[Reason]) {
    for reason in reasons.iter().take(3) {
        terminal::line(format!("       {}", reason.text));
    }
}

pub(crate) async fn personal(args: &cli::Recommend, config: Config, json: bool) -> Result<(), Failure> {
    let house = open(&config).await?;
    let domains = domains(&args.domain);
    let query = |user: UserId| PersonalQuery {
        domains: domains.clone(),
        ..PersonalQuery::new(user, usize::from(args.limit))
    };
    if let Some(path) = &args.all {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        let bar = terminal::Bar::new("recommending", house.store().counts().await?.users, "people");
        let (mut page, mut done) = (Page::first(500), 0);
        loop {
            let people = house.store().users(&page).await?;
            for user in &people.rows {
                let answer = house.recommend(query(user.id.clone())).await?;
                let items: Vec<_> = answer
                    .items
                    .iter()
                    .map(|i| serde_json::json!({ "item": i.item, "score": i.score }))
                    .collect();
                let line = serde_json::json!({ "user": user.id, "version": answer.version, "items": items });
                writeln!(file, "{line}")?;
                done += 1;
            }
            bar.set(done);
            match page.after(&people) {
                Some(next) => page = next,
                None => break,
            }
        }
        file.flush()?;
        bar.finish();
        terminal::line(format!("{done} people, written to {}", path.display()));
    } else if let Some(user) = &args.user {
        let answer = house.recommend(query(UserId::new(user)?)).await?;
        if json {
            terminal::json(&serde_json::json!({
                "recommendation_id": answer.recommendation_id, "version": answer.version,
                "items": answer.items, "left_out": answer.left_out,
            }))?;
        } else {
            terminal::line(format!("For {user}, by model set {}:", answer.version));
            for (i, item) in answer.items.iter().enumerate() {
                terminal::line(format!("{:>3}. {}  [{:.3}]", i + 1, titled(&house, &item.item), item.score));
                print_reasons(&item.reasons);
            }
        }
    }
    house.stop().await;
    Ok(())
}

pub(crate) async fn similar(args: &cli::Similar, config: Config, json: bool) -> Result<(), Failure> {
    let house = open(&config).await?;
    let item = ItemId::new(&args.item)?;
    let items = house.similar(&item, usize::from(args.limit), domains(&args.domain), None).await?.items;
    if json {
        terminal::json(&items)?;
    } else {
        terminal::line(format!("Like {}:", titled(&house, &item)));
        for (i, other) in items.iter().enumerate() {
            terminal::line(format!("{:>3}. {}  [{:.3}]", i + 1, titled(&house, &other.item), other.score));
            print_reasons(&other.reasons);
        }
    }
    house.stop().await;
    Ok(())
}

pub(crate) async fn party(args: &cli::PartyRecommend, config: Config, json: bool) -> Result<(), Failure> {
    let house = open(&config).await?;
    let query = GroupQuery {
        members: args.members.iter().map(UserId::new).collect::<Result<_, _>>()?,
        party: None,
        limit: usize::from(args.limit),
        domains: domains(&args.domain),
        filter: soiree_engine::Filter::default(),
        strategy: args.strategy,
        vetoes: args.veto.iter().map(ItemId::new).collect::<Result<_, _>>()?,
        votes: Vec::new(),
        weights: None,
        context: LiveContext::default(),
    };
    let answered = house.recommend_group(query).await?;
    let (members, answer) = (&answered.members, &answered.answer);
    if json {
        let items: Vec<_> = answer
            .items
            .iter()
            .map(|i| {
                serde_json::json!({
                    "item": i.item, "score": i.score, "satisfaction": i.satisfaction, "reasons": i.reasons,
                })
            })
            .collect();
        terminal::json(&serde_json::json!({
            "recommendation_id": answered.recommendation_id, "version": answer.version, "members": members,
            "strategy": answer.strategy, "satisfaction": answer.satisfaction,
            "min_satisfaction": answer.min_satisfaction, "mean_satisfaction": answer.mean_satisfaction,
            "spread": answer.spread, "items": items,
        }))?;
    } else {
        terminal::line(format!(
            "For {} people by {}, model set {}: satisfaction mean {:.2}, least {:.2}, spread {:.2}",
            members.len(),
            answer.strategy,
            answer.version,
            answer.mean_satisfaction,
            answer.min_satisfaction,
            answer.spread
        ));
        for (i, item) in answer.items.iter().enumerate() {
            terminal::line(format!("{:>3}. {}  [{:.3}]", i + 1, titled(&house, &item.item), item.score));
            let each: Vec<_> =
                members.iter().zip(&item.satisfaction).map(|(m, s)| format!("{m} {s:.2}")).collect();
            terminal::line(format!("       {}", each.join(" · ")));
            print_reasons(&item.reasons);
        }
    }
    house.stop().await;
    Ok(())
}
