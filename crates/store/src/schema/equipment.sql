-- What agent sessions are equipped with: repositories, personas, context files and so on.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE equipment (
    id TEXT PRIMARY KEY NOT NULL,
    -- Whose it is; NULL for what administrators keep for everybody.
    owner TEXT REFERENCES user_account (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The repository that it is for, of the same table; NULL for all.
    repository TEXT REFERENCES equipment (id),
    -- JSON, as its kind has it.
    content TEXT NOT NULL,
    -- How often it was used.
    uses BIGINT NOT NULL,
    -- Counted up by each change of what it says.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- Two context files or templates may have the same title.
CREATE UNIQUE INDEX equipment_by_name ON equipment (COALESCE(owner, ''), kind, name)
    WHERE kind NOT IN ('context_file', 'template');
CREATE INDEX equipment_by_owner ON equipment (owner, kind);
CREATE INDEX equipment_by_repository ON equipment (repository) WHERE repository IS NOT NULL;
