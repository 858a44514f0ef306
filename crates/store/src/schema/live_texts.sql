-- Texts that people edit together. BLOB is BYTEA on PostgreSQL.

-- What is known of who wrote which character, up to a change. The text in it is that of the revision.
CREATE TABLE live_text (
    runbook TEXT PRIMARY KEY NOT NULL REFERENCES runbook (id),
    -- Names the history that characters belong to; another one has nothing in common with it.
    generation BIGINT NOT NULL,
    state BLOB NOT NULL,
    seq BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

-- Changes since then, in the order in which they came.
CREATE TABLE live_change (
    runbook TEXT NOT NULL REFERENCES live_text (runbook),
    seq BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES user_account (id),
    body BLOB NOT NULL,
    PRIMARY KEY (runbook, seq)
);

ALTER TABLE revision ADD COLUMN updated_at BIGINT;
ALTER TABLE revision ADD COLUMN origin TEXT NOT NULL DEFAULT 'saved';
ALTER TABLE revision ADD COLUMN restored_from BIGINT;
ALTER TABLE revision ADD COLUMN lines_added BIGINT;
ALTER TABLE revision ADD COLUMN lines_removed BIGINT;
ALTER TABLE revision ADD COLUMN name TEXT;

-- Whether anything was run since a revision.
CREATE INDEX execution_since ON execution (runbook, created_at);
