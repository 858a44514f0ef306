-- How often jobs that have ended were told of, and when to tell again. While somebody is told, that is when
-- another may try, should whoever tells be gone.
CREATE TABLE job_webhook (
    job TEXT PRIMARY KEY NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
