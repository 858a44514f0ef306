-- Functions, their versions, their calls, and the secrets that they are given.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE function (
    id TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    runtime TEXT NOT NULL,
    latest_version BIGINT NOT NULL,
    current_version BIGINT NOT NULL,
    -- That of the current version: building, ready or failed.
    build TEXT NOT NULL,
    serving_version BIGINT,
    -- Counts the changes of the four columns above.
    change BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT function_name UNIQUE (owner, name)
);
CREATE INDEX function_by_owner ON function (owner, updated_at, id);

CREATE TABLE function_version (
    function TEXT NOT NULL REFERENCES function (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    code TEXT NOT NULL,
    description TEXT,
    -- JSON: an array of texts.
    dependencies TEXT NOT NULL,
    timeout_ms BIGINT,
    memory_bytes BIGINT,
    cpu_millis BIGINT,
    keep_warm_ms BIGINT,
    -- JSON: an array of names.
    secrets TEXT NOT NULL,
    -- JSON: an array of rules.
    network TEXT NOT NULL,
    build TEXT NOT NULL,
    error TEXT,
    message TEXT,
    logs TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    built_at BIGINT,
    PRIMARY KEY (function, number)
);
CREATE INDEX function_version_building ON function_version (created_at) WHERE build = 'building';

-- One row for each call, written when it has ended. Of each text the beginning is kept.
CREATE TABLE invocation (
    id TEXT PRIMARY KEY NOT NULL,
    function TEXT NOT NULL REFERENCES function (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    exit_code INTEGER,
    signal INTEGER,
    -- What was exceeded: milliseconds for timed_out, bytes for out_of_memory.
    outcome_limit BIGINT,
    duration_ms BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL,
    peak_memory_bytes BIGINT NOT NULL,
    truncated BOOLEAN NOT NULL,
    warm BOOLEAN NOT NULL,
    input TEXT NOT NULL,
    input_bytes BIGINT NOT NULL,
    stdout TEXT NOT NULL,
    stdout_bytes BIGINT NOT NULL,
    stderr TEXT NOT NULL,
    stderr_bytes BIGINT NOT NULL,
    value TEXT NOT NULL,
    value_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX invocation_by_function ON invocation (function, created_at, id);
CREATE INDEX invocation_by_age ON invocation (created_at);

-- Values that programs are given, sealed under a key that is not in the database.
CREATE TABLE secret (
    owner TEXT NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    -- Base64 of nonce and ciphertext.
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner, name)
);
