-- Kept bytes, and the names that users give them.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE blob (
    -- 64 hexadecimal digits: SHA-256 of the content.
    digest TEXT PRIMARY KEY NOT NULL,
    -- Where the object store has it. Never used again for another object.
    place TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- 64 digits for each piece: SHA-256 of its content.
    pieces TEXT NOT NULL,
    stored_at BIGINT NOT NULL
);
CREATE INDEX blob_by_age ON blob (stored_at);

CREATE TABLE artifact (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL REFERENCES user_account (id),
    token TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES blob (digest),
    size BIGINT NOT NULL,
    job TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX artifact_by_owner ON artifact (owner, created_at, id);
CREATE INDEX artifact_by_token ON artifact (token) WHERE token IS NOT NULL;
CREATE INDEX artifact_by_digest ON artifact (digest);
CREATE INDEX artifact_by_job ON artifact (job, name) WHERE job IS NOT NULL;
CREATE INDEX artifact_by_expiry ON artifact (expires_at) WHERE expires_at IS NOT NULL;
