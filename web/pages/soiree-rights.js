// Who may do what in a party. The server decides in the same way; pages ask here so that they offer only what works.

const BY_ROLE = {
  host: ['control', 'queue', 'chat', 'moderate', 'invite', 'admin'],
  moderator: ['control', 'queue', 'chat', 'moderate', 'invite'],
  member: ['chat', 'invite'],
};

/** What every plain member may do besides, by the party's way of steering. */
const BY_CONTROL = { everyone: ['control', 'queue'], vote: ['queue'], host: [] };

/** The capabilities of `member` in `party`. Voting needs none: every member may vote. */
export function capabilities(member, party) {
  const may = new Set(BY_ROLE[member?.role] ?? []);
  if (member?.role === 'member') for (const right of BY_CONTROL[party?.control] ?? []) may.add(right);
  if (member?.muted) may.delete('chat');
  return may;
}

/** Why somebody lacks a capability, in a sentence for people. */
export function reason(capability, member, party) {
  if (!member) return 'You are not in this party.';
  if (capability === 'chat' && member.muted) return 'You are muted in this party.';
  if (capability === 'control' && party?.control === 'vote') {
    return 'Here votes decide what plays; the host and moderators steer it.';
  }
  if (capability === 'admin') return 'Only the host may do that.';
  return 'Only the host and moderators may do that here.';
}
