-- Jobs that have not ended. Whoever changes the state of one has locked its account before.
CREATE TABLE job (
    id TEXT PRIMARY KEY NOT NULL,
    account TEXT NOT NULL REFERENCES user_account (id),
    token TEXT,
    schedule TEXT,
    retry_of TEXT,
    name TEXT,
    -- The runtime that its worker must have; empty if any will do.
    needs TEXT NOT NULL,
    spec TEXT NOT NULL,
    -- What of the order decides whether it is tried again, as JSON.
    rules TEXT NOT NULL,
    -- waiting, scheduled, held, ready, leased, running; in job_history also the names of ends.
    state TEXT NOT NULL,
    -- Ready jobs of an account go by this: when they were due, less a minute for each step of priority.
    rank BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    -- Jobs that it comes after and that have not succeeded yet.
    blockers BIGINT NOT NULL,
    -- Bounds that it shares with others, as JSON; it takes part in all of them from ready on.
    gates TEXT NOT NULL,
    -- The one that it waits for.
    held_by TEXT,
    fence BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    aborts BIGINT NOT NULL,
    cancelling BOOLEAN NOT NULL,
    worker TEXT,
    created_at BIGINT NOT NULL,
    claimed_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    reason TEXT,
    summary TEXT,
    -- Whether somebody is still to be told that it ended.
    webhook BOOLEAN NOT NULL
);
CREATE INDEX job_ready ON job (account, needs, rank, id) WHERE state = 'ready';
CREATE INDEX job_scheduled ON job (run_at) WHERE state = 'scheduled';
CREATE INDEX job_held ON job (account, held_by, rank, id) WHERE state = 'held';
CREATE INDEX job_by_worker ON job (worker) WHERE worker IS NOT NULL;
CREATE INDEX job_by_account ON job (account, created_at, id);

-- Jobs that have ended; they never change, so that the table above stays as small as the work.
CREATE TABLE job_history (
    id TEXT PRIMARY KEY NOT NULL,
    account TEXT NOT NULL REFERENCES user_account (id),
    token TEXT,
    schedule TEXT,
    retry_of TEXT,
    name TEXT,
    needs TEXT NOT NULL,
    spec TEXT NOT NULL,
    rules TEXT NOT NULL,
    state TEXT NOT NULL,
    rank BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    blockers BIGINT NOT NULL,
    gates TEXT NOT NULL,
    held_by TEXT,
    fence BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    aborts BIGINT NOT NULL,
    cancelling BOOLEAN NOT NULL,
    worker TEXT,
    created_at BIGINT NOT NULL,
    claimed_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    reason TEXT,
    summary TEXT,
    webhook BOOLEAN NOT NULL
);
CREATE INDEX job_history_by_account ON job_history (account, created_at, id);
CREATE INDEX job_history_by_end ON job_history (ended_at);
CREATE INDEX job_history_to_tell ON job_history (ended_at) WHERE webhook;

-- Attempts that were not the last one of their job.
CREATE TABLE job_attempt (
    job TEXT NOT NULL,
    fence BIGINT NOT NULL,
    worker TEXT,
    claimed_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT NOT NULL,
    how TEXT NOT NULL,
    reason TEXT,
    exit_code INTEGER,
    PRIMARY KEY (job, fence)
);

CREATE TABLE job_event (
    job TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (job, seq)
);

CREATE TABLE job_after (
    job TEXT NOT NULL,
    predecessor TEXT NOT NULL,
    PRIMARY KEY (predecessor, job)
);
CREATE INDEX job_after_by_job ON job_after (job);

-- What a submission with a key became, for those who submit again.
CREATE TABLE job_key (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    hash TEXT NOT NULL,
    job TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX job_key_by_job ON job_key (job);

-- A user as the queue sees them.
CREATE TABLE job_account (
    account TEXT PRIMARY KEY NOT NULL REFERENCES user_account (id),
    -- Jobs that workers may take, and jobs that they have.
    ready BIGINT NOT NULL,
    running BIGINT NOT NULL,
    cap BIGINT NOT NULL,
    -- Milliseconds of processor time between two midnights.
    cpu_cap BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    vtime BIGINT NOT NULL,
    -- Nothing of theirs starts until then, because they have used up a day's processor time.
    paused_until BIGINT NOT NULL
);
CREATE INDEX job_account_next ON job_account (vtime, account) WHERE ready > 0;
CREATE INDEX job_account_busy ON job_account (vtime) WHERE running > 0;
CREATE INDEX job_account_by_vtime ON job_account (vtime);

-- How many ready jobs of an account need which runtime.
CREATE TABLE job_lane (
    account TEXT NOT NULL,
    needs TEXT NOT NULL,
    ready BIGINT NOT NULL,
    PRIMARY KEY (account, needs)
);

-- Bounds that jobs of one account share, and how many jobs have passed each.
CREATE TABLE job_gate (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    cap BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    PRIMARY KEY (account, name)
);

-- What is set for all ('default'), for a user or for a token.
CREATE TABLE job_limit (
    subject TEXT PRIMARY KEY NOT NULL,
    per_minute BIGINT,
    queued BIGINT,
    running BIGINT,
    cpu_seconds_per_day BIGINT,
    artifact_bytes BIGINT
);

-- What a user or a token has used.
CREATE TABLE job_usage (
    subject TEXT PRIMARY KEY NOT NULL,
    pace_us BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    cpu_day BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL,
    artifact_bytes BIGINT NOT NULL
);

CREATE TABLE job_worker (
    id TEXT PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    version TEXT NOT NULL,
    backends TEXT NOT NULL,
    runtimes TEXT NOT NULL,
    slots BIGINT NOT NULL,
    free BIGINT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- Of all its jobs.
    lease_until BIGINT NOT NULL
);
CREATE INDEX job_worker_by_lease ON job_worker (lease_until) WHERE state <> 'gone';

CREATE TABLE job_schedule (
    id TEXT PRIMARY KEY NOT NULL,
    account TEXT NOT NULL REFERENCES user_account (id),
    name TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    missed TEXT NOT NULL,
    spec TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    next_at BIGINT,
    last_job TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX job_schedule_due ON job_schedule (next_at) WHERE NOT paused;
CREATE INDEX job_schedule_by_account ON job_schedule (account, created_at, id);
