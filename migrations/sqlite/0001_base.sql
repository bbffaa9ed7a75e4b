-- Texts are the public ids; `pk` columns are what rows refer to each other by. Times are Unix milliseconds.

CREATE TABLE users (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    locale TEXT,
    age_group TEXT,
    region TEXT,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- A removed item keeps its row, emptied, so that its interactions still have something to refer to.
CREATE TABLE items (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    title TEXT NOT NULL,
    year INTEGER,
    title_fold TEXT NOT NULL,
    creators_fold TEXT NOT NULL,
    body TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX items_by_domain ON items (domain, id) WHERE removed = 0;

CREATE TABLE relations (
    from_pk INTEGER NOT NULL REFERENCES items (pk),
    to_pk INTEGER NOT NULL REFERENCES items (pk),
    kind TEXT NOT NULL,
    PRIMARY KEY (from_pk, to_pk, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_target ON relations (to_pk);

CREATE TABLE friendships (
    a_pk INTEGER NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    b_pk INTEGER NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    PRIMARY KEY (a_pk, b_pk)
) STRICT, WITHOUT ROWID;
CREATE INDEX friendships_by_other ON friendships (b_pk);

-- Imported rows are unique by person, item, kind and time, so that a second import finds them; live rows are not.
CREATE TABLE interactions (
    pk INTEGER PRIMARY KEY,
    user_pk INTEGER NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    item_pk INTEGER NOT NULL REFERENCES items (pk),
    kind INTEGER NOT NULL,
    value REAL,
    text TEXT,
    at_ms INTEGER NOT NULL,
    recommendation_id TEXT,
    party TEXT,
    imported INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX interactions_by_user ON interactions (user_pk, at_ms);
CREATE INDEX interactions_by_time ON interactions (at_ms);
CREATE UNIQUE INDEX interactions_imported ON interactions (user_pk, item_pk, kind, at_ms) WHERE imported = 1;

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (at_ms);

CREATE TABLE parties (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    control TEXT NOT NULL,
    host TEXT NOT NULL,
    item TEXT,
    password_hash TEXT,
    created_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    epoch INTEGER NOT NULL,
    fence INTEGER NOT NULL
) STRICT;
CREATE INDEX parties_listed ON parties (created_at_ms, id) WHERE visibility = 'public' AND ended_at_ms IS NULL;
CREATE INDEX parties_by_host ON parties (host);

-- Rows lie in the order of their coming, so that a commit of many parties' events fills one page instead of one each.
CREATE TABLE party_events (
    pk INTEGER PRIMARY KEY,
    party TEXT NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    actor TEXT,
    kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (party, epoch, seq)
) STRICT;
-- Nobody does anything in a party before they joined it: this finds all parties of a person.
CREATE INDEX party_events_joined ON party_events (actor, party) WHERE kind = 'joined';

CREATE TABLE party_snapshots (
    party TEXT NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (party, epoch, seq)
) STRICT;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_pk INTEGER REFERENCES users (pk) ON DELETE CASCADE,
    hash BLOB NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    revoked_at_ms INTEGER
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_pk) WHERE user_pk IS NOT NULL;

CREATE TABLE exposures (
    id TEXT PRIMARY KEY,
    user_pk INTEGER REFERENCES users (pk) ON DELETE CASCADE,
    party TEXT,
    surface TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    version TEXT NOT NULL,
    items TEXT NOT NULL
) STRICT;
CREATE INDEX exposures_by_user ON exposures (user_pk) WHERE user_pk IS NOT NULL;

CREATE TABLE audit (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE TABLE models (
    version TEXT PRIMARY KEY,
    created_at_ms INTEGER NOT NULL,
    status TEXT NOT NULL,
    parameters TEXT NOT NULL,
    metrics TEXT NOT NULL,
    checksum TEXT NOT NULL,
    items INTEGER NOT NULL,
    users INTEGER NOT NULL,
    interactions INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX models_serving ON models (status) WHERE status = 'serving';

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
