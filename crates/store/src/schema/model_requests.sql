-- What agent sessions asked of models: how much, and nothing of what was said.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE model_request (
    id TEXT PRIMARY KEY NOT NULL,
    session TEXT NOT NULL REFERENCES agent_session (id),
    -- Who pays: the session's owner.
    user_id TEXT NOT NULL REFERENCES user_account (id),
    model TEXT NOT NULL,
    -- When it had ended.
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    -- These three do not overlap: neither read from the cache nor written to it, written, read.
    input_tokens BIGINT NOT NULL,
    cache_written_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    -- In millionths of a dollar.
    cost BIGINT NOT NULL,
    -- As the agent was answered over HTTP; NULL if it went away before.
    status BIGINT,
    -- What stood in its way, in one word.
    trouble TEXT
);
CREATE INDEX model_request_by_user ON model_request (user_id, at);
CREATE INDEX model_request_by_time ON model_request (at);
