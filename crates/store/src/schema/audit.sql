-- Who did what. Rows are only ever added, which triggers hold.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT,
    name TEXT NOT NULL,
    token TEXT,
    action TEXT NOT NULL,
    object TEXT,
    source TEXT NOT NULL,
    status INTEGER NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_object ON audit (object, seq);
