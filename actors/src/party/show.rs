//! Outputs on their way to sockets: encoded once, shared by everybody who may see the same.

use super::{
    Output, Party,
    record::{Numbered, Record},
    state::Conn,
};
use crate::{
    live::Event,
    outbox::{Class, StateKind},
};
use soiree_domain::UserId;

impl Party {
    /// Shows everything that may be shown by now.
    pub(super) fn show(&mut self) {
        while let Some(output) = self.release.next() {
            match output {
                Output::Announce { event, author } => self.announce(&event, author),
                Output::Broadcast(event) => {
                    let class = match &event {
                        Event::Reaction { party, .. }
                        | Event::Sentiment { party, .. }
                        | Event::Typing { party, .. } => Class::Chat { party: party.clone(), seq: None },
                        _ => Class::Control,
                    };
                    let bytes = self.peers.encode.encode(&event, None);
                    self.roster.broadcast(&class, &bytes, None);
                }
                Output::Latest(kind, event) => {
                    let class = Class::State { party: Some(self.state.party().id.clone()), kind };
                    let bytes = self.peers.encode.encode(&event, None);
                    self.roster.broadcast(&class, &bytes, None);
                }
                Output::Tell { conn, event, reference } => {
                    let bytes = self.peers.encode.encode(&event, reference.as_deref());
                    self.roster.tell(conn, Class::Control, bytes);
                }
                Output::Attach(mut seat) => {
                    // It may have been taken back while the seat waited.
                    seat.shares_mood = !self.state.refuses(seat.conn);
                    self.roster.attach(seat);
                }
                Output::Detach(conn) => self.roster.detach(conn),
                Output::Empty(seq) => self.empty(seq),
                Output::Reached(waiting) => {
                    let _gone_already = waiting.send(());
                }
            }
        }
    }

    /// Takes the content of a line out of the journal, where it is by now. A crash before this is made up for when the
    /// party is read again.
    fn empty(&self, seq: i64) {
        let (store, party) = (self.peers.store.clone(), self.state.party());
        let (id, epoch) = (party.id.clone(), party.epoch);
        actix::spawn(async move {
            if let Err(error) = store.empty_event(&id, epoch, seq).await {
                tracing::error!(seq, %error, "a deleted line could not be emptied");
            }
        });
    }

    fn announce(&self, event: &Numbered, author: Option<(Conn, Option<String>)>) {
        let party = &self.state.party().id;
        if let Record::Round { .. } = &event.record {
            self.announce_round(event);
        } else {
            let chat = matches!(event.record, Record::Chat { .. });
            let class = if chat {
                Class::Chat { party: party.clone(), seq: Some(event.seq) }
            } else {
                Class::Control
            };
            let viewer = &self.state.party().host;
            let shown = event.event(party, viewer, |user| self.state.member_view(user));
            let reference =
                author.as_ref().and_then(|(conn, reference)| Some((*conn, reference.as_deref()?)));
            if let Some((conn, reference)) = reference {
                self.roster.tell(conn, Class::Control, self.peers.encode.encode(&shown, Some(reference)));
            }
            let bytes = self.peers.encode.encode(&shown, None);
            self.roster.broadcast(&class, &bytes, reference.map(|(conn, _)| conn));
        }
        self.roster.set_told_seq(event.seq);
    }

    /// Rounds differ by viewer: reasons from a person's history are shown to that person alone.
    fn announce_round(&self, event: &Numbered) {
        let party = &self.state.party().id;
        let mut encoded: Vec<(UserId, bytes::Bytes)> = Vec::new();
        for seat in self.roster.seats() {
            let bytes = match encoded.iter().find(|(user, _)| *user == seat.user) {
                Some((_, bytes)) => bytes.clone(),
                None => {
                    let shown = event.event(party, &seat.user, |user| self.state.member_view(user));
                    let bytes = self.peers.encode.encode(&shown, None);
                    encoded.push((seat.user.clone(), bytes.clone()));
                    bytes
                }
            };
            let class = Class::State { party: Some(party.clone()), kind: StateKind::Recommendations };
            seat.outbox.push(class, bytes);
        }
    }
}
