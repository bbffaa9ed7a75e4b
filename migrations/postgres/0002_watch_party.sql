-- What belongs to watching together: whom a party waits for, whether it is locked, when it begins, and invitations.
ALTER TABLE parties ADD COLUMN wait TEXT NOT NULL DEFAULT 'quorum';
ALTER TABLE parties ADD COLUMN locked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE parties ADD COLUMN starts_at_ms BIGINT;

-- An invitation is a secret that stands for a party's password; only its hash is kept.
CREATE TABLE party_invites (
    hash BYTEA PRIMARY KEY,
    party TEXT COLLATE "C" NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    created_by TEXT COLLATE "C" NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    uses_left BIGINT
);
CREATE INDEX party_invites_by_party ON party_invites (party, expires_at_ms);
