-- Texts are the public ids; `pk` columns are what rows refer to each other by. Times are Unix milliseconds.
-- Ids have the collation "C", so that pages come in the same order as in SQLite.

CREATE TABLE users (
    pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    locale TEXT,
    age_group TEXT,
    region TEXT,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL
);

-- A removed item keeps its row, emptied, so that its interactions still have something to refer to.
CREATE TABLE items (
    pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    title TEXT NOT NULL,
    year BIGINT,
    title_fold TEXT NOT NULL,
    creators_fold TEXT NOT NULL,
    body TEXT NOT NULL,
    removed SMALLINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL
);
CREATE INDEX items_by_domain ON items (domain, id) WHERE removed = 0;

CREATE TABLE relations (
    from_pk BIGINT NOT NULL REFERENCES items (pk),
    to_pk BIGINT NOT NULL REFERENCES items (pk),
    kind TEXT NOT NULL,
    PRIMARY KEY (from_pk, to_pk, kind)
);
CREATE INDEX relations_by_target ON relations (to_pk);

CREATE TABLE friendships (
    a_pk BIGINT NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    b_pk BIGINT NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    PRIMARY KEY (a_pk, b_pk)
);
CREATE INDEX friendships_by_other ON friendships (b_pk);

-- Imported rows are unique by person, item, kind and time, so that a second import finds them; live rows are not.
CREATE TABLE interactions (
    pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_pk BIGINT NOT NULL REFERENCES users (pk) ON DELETE CASCADE,
    item_pk BIGINT NOT NULL REFERENCES items (pk),
    kind SMALLINT NOT NULL,
    value REAL,
    text TEXT,
    at_ms BIGINT NOT NULL,
    recommendation_id TEXT,
    party TEXT COLLATE "C",
    imported SMALLINT NOT NULL DEFAULT 0
);
CREATE INDEX interactions_by_user ON interactions (user_pk, at_ms);
CREATE INDEX interactions_by_time ON interactions (at_ms);
CREATE UNIQUE INDEX interactions_imported ON interactions (user_pk, item_pk, kind, at_ms) WHERE imported = 1;

CREATE TABLE idempotency (
    caller TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at_ms);

CREATE TABLE parties (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    control TEXT NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    item TEXT,
    password_hash TEXT,
    created_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT,
    epoch BIGINT NOT NULL,
    fence BIGINT NOT NULL
);
CREATE INDEX parties_listed ON parties (created_at_ms, id) WHERE visibility = 'public' AND ended_at_ms IS NULL;
CREATE INDEX parties_by_host ON parties (host);

CREATE TABLE party_events (
    party TEXT COLLATE "C" NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT COLLATE "C",
    kind TEXT NOT NULL,
    schema_version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (party, epoch, seq)
);
-- Nobody does anything in a party before they joined it: this finds all parties of a person.
CREATE INDEX party_events_joined ON party_events (actor, party) WHERE kind = 'joined';

CREATE TABLE party_snapshots (
    party TEXT COLLATE "C" NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (party, epoch, seq)
);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_pk BIGINT REFERENCES users (pk) ON DELETE CASCADE,
    hash BYTEA NOT NULL UNIQUE,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    revoked_at_ms BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (user_pk) WHERE user_pk IS NOT NULL;

CREATE TABLE exposures (
    id TEXT COLLATE "C" PRIMARY KEY,
    user_pk BIGINT REFERENCES users (pk) ON DELETE CASCADE,
    party TEXT COLLATE "C",
    surface TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    items TEXT NOT NULL
);
CREATE INDEX exposures_by_user ON exposures (user_pk) WHERE user_pk IS NOT NULL;

CREATE TABLE audit (
    pk BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE models (
    version TEXT COLLATE "C" PRIMARY KEY,
    created_at_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    parameters TEXT NOT NULL,
    metrics TEXT NOT NULL,
    checksum TEXT NOT NULL,
    items BIGINT NOT NULL,
    users BIGINT NOT NULL,
    interactions BIGINT NOT NULL
);
CREATE UNIQUE INDEX models_serving ON models (status) WHERE status = 'serving';

CREATE TABLE meta (
    key TEXT COLLATE "C" PRIMARY KEY,
    value TEXT NOT NULL
);
