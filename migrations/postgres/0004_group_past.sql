-- What groups did before they came here, as imported deeds that name a party: who was in it, and what it had.
CREATE INDEX interactions_by_party ON interactions (party, user_pk, item_pk, at_ms)
    WHERE imported = 1 AND party IS NOT NULL;
CREATE INDEX interactions_parties_of ON interactions (user_pk, party, at_ms)
    WHERE imported = 1 AND party IS NOT NULL;

-- One deed in two parties is two rows, or the second group would take it from the first.
DROP INDEX interactions_imported;
CREATE UNIQUE INDEX interactions_imported ON interactions (user_pk, item_pk, kind, at_ms, COALESCE(party, ''))
    WHERE imported = 1;
