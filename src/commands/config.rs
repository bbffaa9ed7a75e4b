//! `soiree config check` and `soiree config show`.

use crate::{
    Failure, app,
    cli::{Common, ConfigCommand},
    config, terminal,
};

pub(crate) fn run(which: &ConfigCommand, common: &Common) -> Result<(), Failure> {
    let loaded = config::load(common.config.as_ref(), &app::common_flags(common))?;
    match which {
        ConfigCommand::Check if common.json => terminal::json(&serde_json::json!({ "faults": [] }))?,
        ConfigCommand::Check => terminal::line("The configuration has no faults."),
        ConfigCommand::Show if common.json => terminal::json(&loaded.shown())?,
        ConfigCommand::Show => {
            let rows: Vec<_> = loaded
                .shown()
                .into_iter()
                .map(|shown| vec![shown.key, shown.value.to_string(), shown.origin])
                .collect();
            terminal::table(&["key", "value", "origin"], &rows);
        }
    }
    Ok(())
}
