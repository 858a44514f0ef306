-- What forges delivered and was taken, so that none of it is taken twice.
CREATE TABLE forge_delivery (
    id TEXT PRIMARY KEY NOT NULL,
    taken_at BIGINT NOT NULL
);
CREATE INDEX forge_delivery_by_time ON forge_delivery (taken_at);
