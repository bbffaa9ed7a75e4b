//! Playing together: what the party's clock says, how far a player is off, and how it comes back.
//!
//! Three ideas, each usable alone. A [`Timeline`] turns server time into a position. A [`ClockFilter`] turns
//! four-stamp samples into the offset between a player's clock and the server's. A [`Corrector`] turns the
//! drift between a player and the timeline into a speed or a seek. The browser's library does the same
//! arithmetic; both are held to the same table of examples. Times and positions are in milliseconds.

mod clock;
mod correct;
mod timeline;

pub use clock::{ClockFilter, Offset, SAMPLES};
pub use correct::{Advice, Corrector, DEAD_BAND_MS, SEEK_ABOVE_MS};
pub use timeline::Timeline;
