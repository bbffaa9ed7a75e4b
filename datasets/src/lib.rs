//! Readers of public data sets and of Soirée's own JSONL; the demo catalogue and its synthetic people.
