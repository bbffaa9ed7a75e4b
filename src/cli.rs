//! What can be typed: commands, flags and their help.

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use soiree_domain::{Domain, Strategy};
use std::path::PathBuf;

/// A real-time social recommendation server: watch parties whose recommendations fit the whole group.
#[derive(Debug, Parser)]
#[command(
    name = "soiree",
    version,
    about,
    after_help = "\
Examples:
  soiree                                   serve on 127.0.0.1:8080 with the demo catalogue
  soiree import movielens ./ml-latest-small
  soiree train --promote
  soiree recommend movielens:u1 --limit 5
  soiree evaluate configs/protocols/ml1m-ncf.toml --data ./data --out ./reports"
)]
pub(crate) struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Configuration file; see `configs/default.toml` for every key.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the database file, models and first-start keys.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print results as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server.
    #[command(after_help = "Example:\n  soiree serve --listen 127.0.0.1:9000 --data-dir ./my-data")]
    Serve(Serve),
    /// Fill an empty database with the demo catalogue, its synthetic people and their models. The first `serve` does
    /// this by itself.
    #[command(after_help = "Example:\n  soiree demo --data-dir ./demo-data")]
    Demo,
    /// Load a data set: movielens, goodbooks, lastfm or jsonl; files gzipped or not.
    #[command(after_help = "Example:\n  soiree import goodbooks ./goodbooks-10k\n\n\
        Importing the same files again changes nothing. docs/import.md explains the formats.")]
    Import(Import),
    /// Fit every configured model, evaluate it on a hold-out and register it as a new version.
    #[command(after_help = "Example:\n  soiree train --promote\n  soiree train --only ials,ease")]
    Train(Train),
    /// The model registry.
    #[command(subcommand)]
    Models(Models),
    /// Run a protocol of the laboratory: no server, no database, plain files.
    #[command(
        after_help = "Example:\n  soiree evaluate configs/protocols/ml1m-ncf.toml --data ./data --models ease,ials --out ./reports"
    )]
    Evaluate(Evaluate),
    /// Recommend to one person, with reasons.
    #[command(after_help = "Example:\n  soiree recommend movielens:u1 --limit 5 --domain film")]
    Recommend(Recommend),
    /// Name items like this one.
    #[command(after_help = "Example:\n  soiree similar demo:book-the-great-gatsby-1925 --limit 5")]
    Similar(Similar),
    /// Recommend to several people together, with everybody's satisfaction.
    #[command(
        after_help = "Example:\n  soiree party-recommend movielens:u1,goodbooks:u2 --strategy least-misery"
    )]
    PartyRecommend(PartyRecommend),
    /// People and their access.
    #[command(subcommand)]
    User(User),
    /// Load a running server with guests who talk, or simulate how well players stay in step.
    #[command(
        after_help = "Examples:\n  soiree load 127.0.0.1:8080 --parties 20 --members 10 --rate 200 --seconds 10\n  \
        soiree load 127.0.0.1:8080 --parties 1 --members 400 --rate 1 --status --pid $(pgrep -x soiree)\n  \
        soiree load --playback --sizes 2,8,50 --plot sync.svg\n\n\
        A load needs room at the server: raise live.frames_per_second and access.guest_burst there."
    )]
    Load(Load),
    /// Check or show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
pub(crate) struct Load {
    /// The server's address.
    #[arg(default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub(crate) address: String,
    /// Load a server that is not on this machine.
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// Parties to open.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) parties: usize,
    /// Members of each.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) members: usize,
    /// Lines of chat per second, over all of them.
    #[arg(long, default_value_t = 100.0, value_name = "PER_S")]
    pub(crate) rate: f64,
    /// Personal recommendations asked for per second, over all of them.
    #[arg(long, default_value_t = 0.0, value_name = "PER_S")]
    pub(crate) recommend_rate: f64,
    /// Deeds told per second, over all of them, one at a time in each party: how long until every member has the changed
    /// recommendations.
    #[arg(long, default_value_t = 0.0, value_name = "PER_S")]
    pub(crate) event_rate: f64,
    /// How long.
    #[arg(long, default_value_t = 10, value_name = "S")]
    pub(crate) seconds: u64,
    /// What is said: a file with a line each.
    #[arg(long, value_name = "FILE")]
    pub(crate) texts: Option<PathBuf>,
    /// Have everybody play along and tell the party where they are, every two seconds.
    #[arg(long)]
    pub(crate) status: bool,
    /// The server's process on this machine: print what it takes of processor and memory.
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// Simulate playback on virtual time instead; no server is needed.
    #[arg(long)]
    pub(crate) playback: bool,
    /// Simulation: party sizes, separated by commas.
    #[arg(long, default_value = "2,4,8,16,32,50", value_name = "N,…", value_delimiter = ',')]
    pub(crate) sizes: Vec<usize>,
    /// Simulation: evenings of each size.
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub(crate) evenings: u64,
    /// Simulation: length of an evening.
    #[arg(long, default_value_t = 60.0, value_name = "MIN")]
    pub(crate) minutes: f64,
    /// Simulation: whom the party waits for: all, quorum or nobody.
    #[arg(long, default_value = "quorum")]
    pub(crate) wait: String,
    /// Simulation: players' clocks are off by up to this.
    #[arg(long, default_value_t = 5_000.0, value_name = "MS")]
    pub(crate) clock_off_ms: f64,
    /// Simulation: each message takes up to this longer.
    #[arg(long, default_value_t = 200.0, value_name = "MS")]
    pub(crate) jitter_ms: f64,
    /// Simulation: a player stalls this often on average; 0 for never.
    #[arg(long, default_value_t = 20.0, value_name = "MIN")]
    pub(crate) stall_every_min: f64,
    /// Simulation: for so long on average.
    #[arg(long, default_value_t = 2_000.0, value_name = "MS")]
    pub(crate) stall_ms: f64,
    /// Simulation: the host does something this often on average; 0 for never.
    #[arg(long, default_value_t = 5.0, value_name = "MIN")]
    pub(crate) command_every_min: f64,
    /// Simulation: everything random comes from it.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Simulation: draw the distribution of the error into this SVG file.
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct Serve {
    /// Address and port.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// movielens, goodbooks, lastfm or jsonl.
    pub(crate) format: String,
    /// The data set's folder, or a file for jsonl.
    pub(crate) path: PathBuf,
    /// Stop at the first bad line.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Train {
    /// Fit these models only, separated by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = PossibleValuesParser::new(soiree_engine::MODELS))]
    pub(crate) only: Vec<String>,
    /// Serve the new version; running servers take it over within seconds.
    #[arg(long)]
    pub(crate) promote: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// All versions, newest first.
    List,
    /// One version with its parameters and figures.
    Show {
        /// The version.
        version: String,
    },
    /// Serve this version.
    Promote {
        /// The version.
        version: String,
    },
    /// Serve the version that was served before this one.
    Rollback,
    /// Delete old versions; the serving one stays.
    Prune {
        /// Versions to keep; the configured number when absent.
        #[arg(long)]
        keep: Option<usize>,
    },
    /// Take in a bundle folder that was fitted elsewhere.
    Import {
        /// The folder.
        path: PathBuf,
    },
    /// Write a version out as a bundle folder.
    Export {
        /// The version.
        version: String,
        /// The new folder.
        path: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// The protocol file.
    pub(crate) protocol: PathBuf,
    /// Folder in which the protocol's files are found.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Only these models, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) models: Vec<String>,
    /// Set a model's parameter, such as `ials.factors=64`; may be repeated.
    #[arg(long, value_name = "MODEL.PARAM=VALUE")]
    pub(crate) set: Vec<String>,
    /// Search this many settings on the validation part.
    #[arg(long, value_name = "N")]
    pub(crate) tune: Option<usize>,
    /// Seed of everything random.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Folder for report.md, report.html and report.json.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Recommend {
    /// The person's id.
    #[arg(required_unless_present = "all")]
    pub(crate) user: Option<String>,
    /// How many items.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// Only these domains, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) domain: Vec<Domain>,
    /// Recommend to everybody and write one JSON line per person to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    pub(crate) all: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// The item's id.
    pub(crate) item: String,
    /// How many items.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// Only these domains, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) domain: Vec<Domain>,
}

#[derive(Debug, Args)]
pub(crate) struct PartyRecommend {
    /// The members' ids, separated by commas.
    #[arg(value_delimiter = ',', required = true)]
    pub(crate) members: Vec<String>,
    /// How many items.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) limit: u16,
    /// average, least-misery, most-pleasure, average-without-misery, multiplicative,
    /// borda, copeland, approval, turn-taking, sp-greedy, ef-greedy, greedy-lm, gfar, ep-fuzzda,
    /// diminishing-returns.
    #[arg(long)]
    pub(crate) strategy: Option<Strategy>,
    /// Only these domains, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) domain: Vec<Domain>,
    /// Items that must not come, separated by commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) veto: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a person.
    #[command(after_help = "Example:\n  soiree user add ana --name \"Ana\"")]
    Add {
        /// Their id.
        id: String,
        /// The name others see.
        #[arg(long)]
        name: Option<String>,
    },
    /// Make a token with which the person (or, without one, a program) may come in. It is shown once.
    #[command(after_help = "Example:\n  soiree user token ana\n  soiree user token --role service --days 90")]
    Token {
        /// The person; absent for a program's key.
        id: Option<String>,
        /// viewer, user, service, operator or admin.
        #[arg(long, default_value = "user")]
        role: String,
        /// Days until it expires; never when absent.
        #[arg(long)]
        days: Option<u32>,
    },
    /// Revoke a person's tokens and make one with another role.
    #[command(after_help = "Example:\n  soiree user role ana operator")]
    Role {
        /// The person.
        id: String,
        /// viewer, user, service, operator or admin.
        role: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Report every fault of the configuration.
    Check,
    /// Every value with where it came from; secrets are blotted out.
    Show,
}
