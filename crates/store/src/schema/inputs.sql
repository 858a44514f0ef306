-- What users filled in for the inputs of runbooks.
-- The same statements run on SQLite and on PostgreSQL.

CREATE TABLE runbook_input (
    user_id TEXT NOT NULL REFERENCES user_account (id),
    runbook TEXT NOT NULL REFERENCES runbook (id),
    -- JSON: values by name. What is secret is never among them.
    content TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, runbook)
);
