//! `soiree evaluate`: the laboratory on the terminal.

use crate::{
    Failure,
    cli::{self, Common},
    terminal,
};
use soiree_lab::{Options, Progress};
use std::{path::PathBuf, sync::Mutex};

pub(crate) fn run(args: &cli::Evaluate, common: &Common) -> Result<(), Failure> {
    let options = Options {
        protocol_path: args.protocol.clone(),
        data_dir: args.data.clone().unwrap_or_else(|| PathBuf::from(".")),
        models: args.models.clone(),
        set: args.set.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
        tune: args.tune,
        seed: args.seed,
        out: args.out.clone(),
    };
    let watch = Watch(terminal::Bar::new("evaluating", 1, "steps"), Mutex::default());
    let report = soiree_lab::run(&options, &watch)?;
    watch.0.finish();
    terminal::line(if common.json { report.to_json() } else { report.to_terminal() });
    if let Some(folder) = &args.out
        && !common.json
    {
        terminal::line(format!("Written to {}: report.md, report.html, report.json", folder.display()));
    }
    Ok(())
}

/// The laboratory's progress on one bar.
struct Watch(terminal::Bar, Mutex<String>);

impl Progress for Watch {
    fn step(&self, what: &str, done: u64, total: u64) {
        if let Ok(mut last) = self.1.lock()
            && *last != what
        {
            what.clone_into(&mut last);
            self.0.name(what);
        }
        soiree_algorithms::model::Progress::report(&self.0, done, total.max(1));
    }
}
