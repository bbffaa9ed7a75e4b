//! What may be asked of parties.

use super::House;
use crate::{
    directory::{self, Find, Live, Open},
    fault::Fault,
    invitation,
    live::{NewParty, PartyChange, PartySnapshot},
    party::{Change, MayInvite, SnapshotQuery},
    password,
};
use soiree_domain::{Party, PartyId, UserId};
use soiree_storage::Invite;

impl House {
    /// Opens a party for `host`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] when a field is wrong.
    pub async fn open_party(&self, host: UserId, new: NewParty) -> Result<Party, Fault> {
        let password_hash = match new.password.clone() {
            Some(word) => Some(self.in_time("hashing", password::hash(&self.vault, word)).await?),
            None => None,
        };
        self.ask("opening a party", self.directory.send(Open { host, new, password_hash })).await
    }

    /// The party as `viewer` sees it; starts it when it sleeps.
    ///
    /// # Errors
    /// [`Fault::NotFound`], [`Fault::Ended`].
    pub async fn party(&self, party: &PartyId, viewer: UserId) -> Result<PartySnapshot, Fault> {
        let live = self.find_party(party).await?;
        let answer = live.addr.send(SnapshotQuery { viewer });
        self.in_time("asking a party", async { answer.await.map_err(|_| Fault::Overloaded("a party")) }).await
    }

    /// Changes a party: true and durable when this returns, and its members are told. `by` is who has to be its host,
    /// unless the caller has looked already.
    ///
    /// # Errors
    /// [`Fault::NotFound`], [`Fault::Ended`], [`Fault::Invalid`], [`Fault::NotAllowed`]; nothing is changed then.
    pub async fn change_party(
        &self,
        party: &PartyId,
        change: PartyChange,
        by: Option<UserId>,
    ) -> Result<Party, Fault> {
        let password_hash = match change.password.clone() {
            Some(word) => Some(self.in_time("hashing", password::hash(&self.vault, word)).await?),
            None => None,
        };
        let live = self.find_party(party).await?;
        let answer = live.addr.send(Change { change, by, password_hash });
        let changed = async {
            let (party, reached) = answer.await.unwrap_or(Err(Fault::Overloaded("a party")))?;
            // Dropped when the party could not write it down; it is rebuilt from its row then, which has the change.
            reached.await.map_err(|_| Fault::NotStored)?;
            Ok(party)
        };
        self.in_time("changing a party", changed).await
    }

    /// Ends a party for good.
    ///
    /// # Errors
    /// [`Fault::NotFound`].
    pub async fn end_party(&self, party: &PartyId) -> Result<(), Fault> {
        self.ask("ending a party", self.directory.send(directory::End { party: party.clone() })).await
    }

    /// Makes an invitation that opens a party without its password: the secret, and when it ends.
    ///
    /// # Errors
    /// [`Fault::NotFound`], [`Fault::NotAMember`], [`Fault::NotAllowed`].
    pub async fn invite(
        &self,
        party: &PartyId,
        by: UserId,
        uses: Option<i64>,
        lives_ms: i64,
    ) -> Result<(String, i64), Fault> {
        let live = self.find_party(party).await?;
        let may = live.addr.send(MayInvite { user: by.clone() });
        self.in_time("asking a party", async { may.await.unwrap_or(Err(Fault::Overloaded("a party"))) })
            .await?;
        let secret = invitation::fresh()?;
        let now_ms = self.clock.now_ms();
        let invite = Invite {
            hash: invitation::hash(&secret),
            party: party.clone(),
            created_by: by,
            expires_at_ms: now_ms + lives_ms,
            uses_left: uses,
        };
        self.store.add_invite(&invite, now_ms).await?;
        Ok((secret, invite.expires_at_ms))
    }

    /// Whether the party asks for no password, or this one is right.
    pub(crate) async fn admits(
        &self,
        party: &Party,
        given: Option<String>,
        invite: Option<String>,
    ) -> Result<bool, Fault> {
        if let (Some(_), Some(secret)) = (&party.password_hash, invite) {
            let now_ms = self.clock.now_ms();
            if self.store.use_invite(&invitation::hash(&secret), &party.id, now_ms).await? {
                return Ok(true);
            }
        }
        match (&party.password_hash, given) {
            (None, _) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(hash), Some(given)) => {
                self.in_time("checking a password", password::verify(&self.vault, hash.clone(), given)).await
            }
        }
    }

    pub(crate) async fn find_party(&self, party: &PartyId) -> Result<Live, Fault> {
        self.ask("finding a party", self.directory.send(Find { party: party.clone() })).await
    }
}
