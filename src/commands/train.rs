//! `soiree train`: fit, evaluate on a hold-out, register, and serve when asked.

use crate::{Failure, app, cli, config::Config, registry, terminal};

pub(crate) async fn run(args: &cli::Train, config: &Config, json: bool) -> Result<(), Failure> {
    let started = std::time::Instant::now();
    let store = app::open_store(config).await?;
    let artifacts = app::artifacts(config);
    let set = registry::training_set(&store).await?;
    let bar = terminal::Bar::new("fitting", 1, "steps");
    let now_ms = soiree_actors::clock::Clock::system().now_ms();
    let bundle = registry::fit(&set, config, &args.only, now_ms, &bar)?;
    bar.finish();
    let row = registry::register(&store, &artifacts, &bundle).await?;
    if args.promote {
        registry::promote(&store, &artifacts, &row.version).await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    if json {
        let manifest = bundle.manifest();
        terminal::json(&serde_json::json!({
            "version": row.version, "items": row.items, "people": row.users, "interactions": row.interactions,
            "models": manifest.models, "hold_out": manifest.holdout, "blend": manifest.blend,
            "hold_out_cold": manifest.holdout_cold, "blend_cold": manifest.blend_cold,
            "hold_out_new": manifest.holdout_new, "blend_new": manifest.blend_new,
            "hold_out_group": manifest.holdout_group, "blend_group": manifest.blend_group,
            "serving": args.promote, "seconds": seconds,
        }))?;
    } else {
        print(&bundle, args.promote, seconds);
    }
    store.close().await;
    Ok(())
}

fn print(bundle: &soiree_engine::Bundle, promoted: bool, seconds: f64) {
    let manifest = bundle.manifest();
    terminal::line(format!(
        "{}: {} items, {} people, {} pairs, fitted in {seconds:.1} s",
        manifest.version, manifest.items, manifest.people, manifest.interactions
    ));
    match &manifest.holdout {
        Some(holdout) => {
            terminal::line(format!(
                "Hold-out: one recent positive hidden of each of {} people.",
                holdout.measured
            ));
            figures(holdout);
        }
        None => terminal::line("Too few people for a hold-out; the blend keeps its default weights."),
    }
    if let Some(cold) = &manifest.holdout_cold {
        terminal::line(format!(
            "Across domains: all that {} people have in one domain hidden, and one positive of it asked for.",
            cold.measured
        ));
        figures(cold);
    }
    if let Some(groups) = &manifest.holdout_group {
        terminal::line(format!(
            "Groups: the newest thing that each of {} groups had together hidden.",
            groups.measured
        ));
        figures(groups);
    }
    if let Some(new) = &manifest.holdout_new {
        terminal::line(format!(
            "New items: some hidden from everybody, and one of them asked for of each of {} people who took it, among all \
             that nobody took.",
            new.measured
        ));
        figures(new);
    }
    terminal::line(if promoted {
        "It serves now; running servers take it over within seconds."
    } else {
        "It is registered; `soiree models promote` serves it."
    });
}

fn figures(holdout: &soiree_engine::HoldOut) {
    let row = |r: &soiree_engine::HoldOutRow| {
        vec![r.name.clone(), format!("{:.4}", r.hit_rate_at_10), format!("{:.4}", r.ndcg_at_10)]
    };
    let rows: Vec<_> = holdout.rows.iter().map(row).collect();
    terminal::table(&["model", "hit rate@10", "NDCG@10"], &rows);
}
