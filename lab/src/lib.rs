//! The laboratory behind `soiree evaluate`.
