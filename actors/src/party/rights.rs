//! What a member may do: roles as sets of capabilities.

use crate::fault::Fault;
use soiree_domain::{Control, MemberRole};

/// One thing that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capability {
    /// Steer the party's clock.
    Control,
    /// Change the queue.
    Queue,
    /// Say something, react, be seen writing.
    Chat,
    /// Take the word from others, send them out, lock the door, delete lines.
    Moderate,
    /// Make invitations.
    Invite,
    /// Change the party and its members' roles.
    Admin,
}

/// Whether a role has a capability in a party that is steered like this. A member who was muted loses
/// [`Capability::Chat`] whatever their role.
pub(crate) fn may(role: MemberRole, muted: bool, control: Control, wanted: Capability) -> bool {
    use Capability::{Admin, Chat, Control as Steer, Invite, Moderate, Queue};
    let by_role = match (role, wanted) {
        (MemberRole::Host, _) | (_, Chat | Invite) => true,
        (MemberRole::Moderator, Steer | Queue | Moderate) => true,
        (_, Admin) | (MemberRole::Member, Moderate) => false,
        (MemberRole::Member, Steer) => control == Control::Everyone,
        (MemberRole::Member, Queue) => control != Control::Host,
    };
    by_role && !(muted && wanted == Chat)
}

/// The refusal, in words that name who could.
pub(crate) fn refusal(wanted: Capability) -> Fault {
    Fault::NotAllowed(match wanted {
        Capability::Control => "only the host and moderators steer this party",
        Capability::Queue => "only the host and moderators change this party's queue",
        Capability::Chat => "a moderator has taken the word from you",
        Capability::Moderate => "only the host and moderators may do this",
        Capability::Invite => "you may not invite others",
        Capability::Admin => "only the host may do this",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Capability::{Admin, Chat, Invite, Moderate, Queue};

    #[test]
    fn roles_are_sets() {
        let all = [Capability::Control, Queue, Chat, Moderate, Invite, Admin];
        let of = |role, muted, control| all.map(|wanted| may(role, muted, control, wanted));
        assert_eq!(of(MemberRole::Host, false, Control::Host), [true; 6]);
        assert_eq!(of(MemberRole::Moderator, false, Control::Host), [true, true, true, true, true, false]);
        assert_eq!(of(MemberRole::Member, false, Control::Host), [false, false, true, false, true, false]);
        assert_eq!(of(MemberRole::Member, false, Control::Vote), [false, true, true, false, true, false]);
        assert_eq!(of(MemberRole::Member, false, Control::Everyone), [true, true, true, false, true, false]);
        assert_eq!(of(MemberRole::Member, true, Control::Everyone), [true, true, false, false, true, false]);
    }
}
