//! A party out of the database: its row, its last snapshot, and what was journalled since.

use super::{
    record::{Numbered, Record, Saved},
    settings::PartySettings,
    state::State,
};
use crate::fault::Fault;
use soiree_domain::PartyId;
use soiree_storage::Store;

/// Reads a party's lasting part, takes over its fence, and rebuilds its state.
pub(crate) async fn restore(
    store: &Store,
    id: &PartyId,
    settings: PartySettings,
    now_ms: i64,
) -> Result<State, Fault> {
    let mut party = store.party(id).await?.ok_or_else(|| Fault::missing("party", id))?;
    if party.ended_at_ms.is_some() {
        return Err(Fault::Ended);
    }
    party.fence = store.claim_party(id).await?.ok_or_else(|| Fault::missing("party", id))?;
    let snapshot = store.latest_snapshot(id).await?.filter(|(epoch, ..)| *epoch == party.epoch);
    let saved: Option<Saved> = match snapshot {
        Some((_, _, body)) => match serde_json::from_str(&body) {
            Ok(saved) => Some(saved),
            Err(error) => {
                tracing::warn!(party = %id, %error, "a snapshot cannot be read, the whole journal is");
                None
            }
        },
        None => None,
    };
    let snapshot_seq = saved.as_ref().map_or(0, |s: &Saved| s.seq);
    // The window before the snapshot is for members who come back; without a snapshot everything is read.
    let window = i64::try_from(settings.recovery_events).unwrap_or(i64::MAX);
    let mut after = if saved.is_some() { (snapshot_seq - window).max(0) } else { 0 };
    let mut events = Vec::new();
    loop {
        let page = store.events_after(id, party.epoch, after, 1_000).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for row in &page {
            let record = Record::read(row).map_err(|error| {
                tracing::error!(party = %id, error, "the journal cannot be read");
                Fault::Internal(error.into())
            })?;
            if let Record::Deleted { message, .. } = &record {
                store.empty_event(id, party.epoch, *message).await?;
            }
            events.push(Numbered { seq: row.seq, at_ms: row.at_ms, record });
        }
    }
    Ok(State::restore(party, settings, saved, events, now_ms))
}
