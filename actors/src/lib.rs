//! Sessions, parties, model actors and the journal.
