//! `soiree load`: how much a running server takes, and how well players stay in step.

mod crowd;
mod figures;
mod member;
mod playback;
mod plot;
mod process;
mod push;

use crate::{
    Failure,
    cli::{self, Common},
};

pub(crate) fn run(args: &cli::Load, common: &Common) -> Result<(), Failure> {
    if args.playback { playback::run(args, common.json) } else { crowd::run(args, common.json) }
}
