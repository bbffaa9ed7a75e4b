//! Opening and changing a party: what makes sense, and how a change becomes true.

use super::{Change, Output, Party, rights::Capability};
use crate::{
    fault::Fault,
    live::{NewParty, PartyChange},
};
use actix::{ActorFutureExt, AtomicResponse, Handler, WrapFuture};
use soiree_domain::{Taste, Visibility, bounds};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Whether a party can be opened like this.
pub(crate) fn check_new(new: &NewParty) -> Result<(), Fault> {
    check_name(&new.name)?;
    check_taste(&new.taste)?;
    check_password(new.visibility, new.password.as_deref())?;
    if new.visibility == Visibility::Private && new.password.is_none() {
        return Err(Fault::field("password", "a private party needs a password"));
    }
    Ok(())
}

fn check_taste(taste: &Taste) -> Result<(), Fault> {
    let [least, most] = Taste::HOST_WEIGHT;
    let wrong = || Fault::field("taste.host_weight", format!("must be a number from {least} to {most}"));
    taste.is_sound().then_some(()).ok_or_else(wrong)
}

fn check_name(name: &str) -> Result<(), Fault> {
    bounds::check_text(name, bounds::MAX_NAME_CHARS).map_err(|error| Fault::field("name", error))
}

fn check_password(visibility: Visibility, password: Option<&str>) -> Result<(), Fault> {
    match password {
        Some(_) if visibility != Visibility::Private => {
            Err(Fault::field("password", "only a private party has a password"))
        }
        Some(word) if !(4..=128).contains(&word.chars().count()) => {
            Err(Fault::field("password", "must have 4 to 128 characters"))
        }
        _ => Ok(()),
    }
}

/// The party after a change. A party that is no longer private forgets its password; one that becomes private
/// needs one.
pub(crate) fn changed(
    party: &soiree_domain::Party,
    change: PartyChange,
    password_hash: Option<String>,
) -> Result<soiree_domain::Party, Fault> {
    let PartyChange { name, visibility, control, item, password, wait, starts_at_ms, taste } = change;
    let mut party = party.clone();
    if let Some(name) = name {
        check_name(&name)?;
        party.name = name;
    }
    party.visibility = visibility.unwrap_or(party.visibility);
    party.control = control.unwrap_or(party.control);
    party.item = item.unwrap_or(party.item);
    party.wait = wait.unwrap_or(party.wait);
    party.starts_at_ms = starts_at_ms.unwrap_or(party.starts_at_ms);
    party.taste = taste.unwrap_or(party.taste);
    check_taste(&party.taste)?;
    check_password(party.visibility, password.as_deref())?;
    party.password_hash = match party.visibility {
        Visibility::Private => password_hash.or(party.password_hash),
        Visibility::Public | Visibility::Unlisted => None,
    };
    if party.visibility == Visibility::Private && party.password_hash.is_none() {
        return Err(Fault::field("password", "a private party needs a password"));
    }
    Ok(party)
}

impl Handler<Change> for Party {
    type Result = AtomicResponse<Self, Result<(soiree_domain::Party, oneshot::Receiver<()>), Fault>>;

    /// The row is changed first and then the members are told; nothing else is handled between, so that of two
    /// changes at once neither is lost.
    fn handle(&mut self, msg: Change, _ctx: &mut Self::Context) -> Self::Result {
        let Change { change, by, password_hash } = msg;
        let allowed = by.map_or(Ok(()), |user| self.state.need(&user, Capability::Admin));
        let party = allowed.and_then(|()| changed(self.state.party(), change, password_hash));
        let store = self.peers.store.clone();
        let stored = async move {
            let party = party?;
            // False when another writer has taken the party over, or it is gone.
            if !store.update_party(&party).await? {
                return Err(Fault::missing("party", &party.id));
            }
            Ok(party)
        };
        AtomicResponse::new(Box::pin(stored.into_actor(self).map(|stored, act, ctx| {
            let party: soiree_domain::Party = stored?;
            act.lasting.store(Arc::new(party.clone()));
            let effects = act.state.change(party.clone(), act.now_ms());
            let (reached, wait) = oneshot::channel();
            act.perform(effects, ctx);
            act.release.put(Output::Reached(reached));
            act.show();
            Ok((party, wait))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::{Control, PartyId, UserId, Wait};

    fn party(visibility: Visibility, password_hash: Option<&str>) -> soiree_domain::Party {
        soiree_domain::Party {
            id: PartyId::new("p").unwrap(),
            name: "Evening".into(),
            visibility,
            control: Control::Host,
            wait: Wait::Quorum,
            locked: false,
            starts_at_ms: None,
            taste: Taste::default(),
            host: UserId::new("ana").unwrap(),
            item: None,
            password_hash: password_hash.map(str::to_owned),
            created_at_ms: 1,
            ended_at_ms: None,
            epoch: 1,
            fence: 1,
        }
    }

    #[test]
    fn absent_parts_stay() {
        let before = party(Visibility::Private, Some("hash"));
        assert_eq!(changed(&before, PartyChange::default(), None), Ok(before.clone()));
        let name = PartyChange { name: Some("Night".into()), ..PartyChange::default() };
        assert_eq!(changed(&before, name, None).unwrap().name, "Night");
    }

    #[test]
    fn a_password_goes_with_being_private() {
        let public = party(Visibility::Public, None);
        let to = |visibility| PartyChange { visibility: Some(visibility), ..PartyChange::default() };
        assert!(changed(&public, to(Visibility::Private), None).is_err());
        let word = PartyChange { password: Some("sesame".into()), ..to(Visibility::Private) };
        assert_eq!(changed(&public, word, Some("h".into())).unwrap().password_hash.as_deref(), Some("h"));
        let word = PartyChange { password: Some("sesame".into()), ..PartyChange::default() };
        assert!(changed(&public, word, Some("h".into())).is_err());
        let private = party(Visibility::Private, Some("old"));
        assert_eq!(changed(&private, to(Visibility::Unlisted), None).unwrap().password_hash, None);
        let short = PartyChange { password: Some("abc".into()), ..PartyChange::default() };
        assert!(changed(&private, short, Some("h".into())).is_err());
    }

    #[test]
    fn a_name_must_be_one_and_a_hosts_weight_bounded() {
        let refused = |change| changed(&party(Visibility::Public, None), change, None).is_err();
        assert!(refused(PartyChange { name: Some(String::new()), ..PartyChange::default() }));
        let taste = |host_weight| Some(Taste { host_weight, ..Taste::default() });
        assert!(refused(PartyChange { taste: taste(f32::NAN), ..PartyChange::default() }));
        assert!(refused(PartyChange { taste: taste(5.0), ..PartyChange::default() }));
        assert!(!refused(PartyChange { taste: taste(2.0), ..PartyChange::default() }));
    }
}
