//! One file per command.

pub(crate) mod config;
pub(crate) mod evaluate;
pub(crate) mod import;
pub(crate) mod load;
pub(crate) mod models;
pub(crate) mod recommend;
pub(crate) mod serve;
pub(crate) mod train;
pub(crate) mod user;
