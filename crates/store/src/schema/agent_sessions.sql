-- A session is what its events add up to; the row holds what lists show of it.
CREATE TABLE agent_session (
    id TEXT PRIMARY KEY NOT NULL,
    -- Counted over all of a hub, for people.
    number BIGINT NOT NULL CONSTRAINT agent_session_number UNIQUE,
    owner TEXT NOT NULL REFERENCES user_account (id),
    title TEXT NOT NULL,
    repository TEXT NOT NULL,
    -- Who began it: web, api or clone.
    origin TEXT NOT NULL,
    -- JSON of what lists show of its state.
    summary TEXT NOT NULL,
    -- Number of the last event.
    seq BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    -- Something may go on in it without anybody's doing.
    awake BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX agent_session_awake ON agent_session (id) WHERE awake;

-- Who takes part, the owner too, with what their lists are ordered by.
CREATE TABLE agent_participant (
    user_id TEXT NOT NULL REFERENCES user_account (id),
    session TEXT NOT NULL REFERENCES agent_session (id),
    PRIMARY KEY (user_id, session)
);

CREATE TABLE agent_event (
    session TEXT NOT NULL REFERENCES agent_session (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, seq)
);
