-- How users keep runbooks, what searches look in, and what executions ran.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE folder (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL REFERENCES user_account (id),
    parent TEXT REFERENCES folder (id),
    name TEXT NOT NULL,
    -- In lower case.
    name_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX folder_name ON folder (owner, COALESCE(parent, ''), name_key);

-- What a user keeps about a runbook.
CREATE TABLE shelf (
    user_id TEXT NOT NULL REFERENCES user_account (id),
    runbook TEXT NOT NULL REFERENCES runbook (id),
    folder TEXT REFERENCES folder (id),
    starred_at BIGINT,
    opened_at BIGINT,
    PRIMARY KEY (user_id, runbook)
);
CREATE INDEX shelf_by_folder ON shelf (folder) WHERE folder IS NOT NULL;
CREATE INDEX shelf_by_runbook ON shelf (runbook);

-- Tags and languages of runbooks. What the document says of itself has no user.
CREATE TABLE label (
    runbook TEXT NOT NULL REFERENCES runbook (id),
    -- tag or lang
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (runbook, kind, user_id, value)
);

CREATE INDEX runbook_trash ON runbook (owner, deleted_at, id) WHERE deleted_at IS NOT NULL;

-- The code of executions, each once.
CREATE TABLE execution_code (
    -- 64 hexadecimal digits: SHA-256.
    hash TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL,
    -- When an execution named it last, so that none that begins now loses it.
    used_at BIGINT NOT NULL
);

-- What an execution was made of.
CREATE TABLE execution_origin (
    execution TEXT PRIMARY KEY NOT NULL REFERENCES execution (id),
    code TEXT NOT NULL,
    revision BIGINT NOT NULL,
    block_name TEXT,
    line BIGINT NOT NULL,
    runtime_version TEXT,
    timeout_ms BIGINT,
    output_bytes BIGINT NOT NULL,
    memory_bytes BIGINT NOT NULL,
    -- JSON: an array of names.
    inputs TEXT NOT NULL
);
CREATE INDEX execution_origin_by_code ON execution_origin (code);
CREATE INDEX execution_by_runbook ON execution (user_id, runbook, created_at, id);
