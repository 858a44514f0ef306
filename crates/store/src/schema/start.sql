-- Ids are text as the program writes them; points in time are milliseconds since 1970 in UTC.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE user_account (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL CONSTRAINT user_account_email_key UNIQUE,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL CONSTRAINT user_account_username_key UNIQUE,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE runbook (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL REFERENCES user_account (id),
    title TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX runbook_by_owner ON runbook (owner, updated_at, id) WHERE deleted_at IS NULL;

CREATE TABLE revision (
    runbook TEXT NOT NULL REFERENCES runbook (id),
    number BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES user_account (id),
    content TEXT NOT NULL,
    block_ids TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (runbook, number)
);

CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES user_account (id),
    runbook TEXT NOT NULL REFERENCES runbook (id),
    state TEXT NOT NULL,
    end_reason TEXT,
    isolation TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX session_by_user ON session (user_id, runbook, created_at);
CREATE UNIQUE INDEX session_live ON session (user_id, runbook) WHERE state <> 'ended';

CREATE TABLE execution (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES user_account (id),
    session TEXT REFERENCES session (id),
    runbook TEXT REFERENCES runbook (id),
    block TEXT,
    content_hash TEXT NOT NULL,
    runtime TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    exit_code INTEGER,
    signal INTEGER,
    -- What was exceeded: milliseconds for timed_out, bytes for out_of_memory.
    outcome_limit BIGINT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    duration_ms BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL,
    peak_memory_bytes BIGINT NOT NULL,
    truncated BOOLEAN NOT NULL
);
CREATE INDEX execution_by_session ON execution (session, created_at);
CREATE INDEX execution_by_block ON execution (user_id, runbook, block, created_at);
CREATE INDEX execution_unfinished ON execution (created_at) WHERE state <> 'finished';

CREATE TABLE event (
    execution TEXT NOT NULL REFERENCES execution (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (execution, seq)
);

CREATE TABLE setting (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE revoked_sign_in (
    token TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_sign_in_by_expiry ON revoked_sign_in (expires_at);

-- What a request with an Idempotency-Key was answered, for those who ask again.
CREATE TABLE answer (
    user_id TEXT NOT NULL REFERENCES user_account (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX answer_by_age ON answer (created_at);
