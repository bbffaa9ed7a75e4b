//! The `soiree` program: commands, configuration and wiring. The thinking happens in the crates below.

mod app;
mod cli;
mod commands;
mod config;
mod demo;
mod encoder;
mod keys;
mod registry;
mod terminal;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // clap prints usage errors itself and ends with 2.
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one clear line of a failed command")]
            {
                eprintln!("soiree: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Why a command failed, in one line for people.
type Failure = Box<dyn std::error::Error>;

fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { command, common } = cli;
    let command = command.unwrap_or_else(|| Command::Serve(cli::Serve::default()));
    // The laboratory and the configuration commands need no database.
    match command {
        Command::Evaluate(args) => return commands::evaluate::run(&args, &common),
        Command::Config(which) => return commands::config::run(&which, &common),
        Command::Load(args) => return commands::load::run(&args, &common),
        _ => {}
    }
    let mut flags = Vec::new();
    if let Command::Serve(cli::Serve { listen: Some(listen) }) = &command {
        flags.push(("server.listen", listen.clone()));
    }
    let config = app::configuration(&common, flags)?;
    app::start_log(&config.log, matches!(command, Command::Serve(_)))?;
    actix::System::new().block_on(async move {
        match command {
            Command::Serve(_) => commands::serve::run(config, &common).await,
            Command::Demo => demo::run(&config, common.json).await,
            Command::Import(args) => commands::import::run(&args, &config, common.json).await,
            Command::Train(args) => commands::train::run(&args, &config, common.json).await,
            Command::Models(which) => commands::models::run(&which, &config, common.json).await,
            Command::Recommend(args) => commands::recommend::personal(&args, config, common.json).await,
            Command::Similar(args) => commands::recommend::similar(&args, config, common.json).await,
            Command::PartyRecommend(args) => commands::recommend::party(&args, config, common.json).await,
            Command::User(which) => commands::user::run(&which, &config, common.json).await,
            Command::Evaluate(_) | Command::Config(_) | Command::Load(_) => Ok(()),
        }
    })
}
