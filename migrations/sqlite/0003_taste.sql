-- What a party wants its recommendations to be like: strategy, weight of the host, what is done about the mood. JSON.
ALTER TABLE parties ADD COLUMN taste TEXT NOT NULL DEFAULT '{}';

-- Who was in a party, for evenings that people spent together.
CREATE INDEX party_events_members ON party_events (party, actor) WHERE kind = 'joined';

-- What was played in a party.
CREATE INDEX party_events_played ON party_events (party, seq) WHERE kind = 'playback';
