ALTER TABLE user_account ADD COLUMN administrator BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE user_account ADD COLUMN disabled_at BIGINT;
-- Counted up when all sign-ins until now become worthless.
ALTER TABLE user_account ADD COLUMN sign_in_generation BIGINT NOT NULL DEFAULT 0;

CREATE TABLE token (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    -- The beginning of the secret, which may be shown.
    prefix TEXT NOT NULL,
    -- SHA-256 of the secret; empty where the operator keeps the secret and nothing is stored of it.
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    -- The token that made this one.
    parent TEXT REFERENCES token (id),
    rate_limit BIGINT,
    burst_limit BIGINT,
    concurrent_limit BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX token_by_prefix ON token (prefix) WHERE revoked_at IS NULL;
CREATE INDEX token_by_user ON token (user_id, created_at);
CREATE INDEX token_by_parent ON token (parent) WHERE revoked_at IS NULL;
