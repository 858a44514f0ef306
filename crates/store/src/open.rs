//! Opening a database: its URL, its connections, and the lock that keeps a second hub out of a SQLite file.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        self, ConnectOptions, Connection, Executor, PgConnection,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::{
    Bell, Reader, Store, StoreError,
    failure::{cannot_connect, refuse_nul},
    jobs::Others,
};

/// How long a caller waits for a free connection, and PostgreSQL may take to answer the first one.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long SQLite waits for a lock that an administrator's tool holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection to PostgreSQL that was tried counts as alive.
const FRESH: Duration = Duration::from_secs(1);
const SQLITE_READERS: u32 = 4;
const POSTGRES_WRITERS: u32 = 6;
const POSTGRES_QUEUE: u32 = 6;
const POSTGRES_READERS: u32 = 8;

/// How long a transaction may say nothing before PostgreSQL ends it. A program that was stopped, or whose machine
/// is out of reach, would keep its locks from all others for as long.
const SPEAK: &str = "SET idle_in_transaction_session_timeout = '10s'";

enum Location {
    Memory,
    File(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl Store {
    /// Opens a database and brings its schema up to date.
    ///
    /// `url` is `sqlite:///path/hub.db`, `sqlite::memory:` or `postgres://user:password@host/name`. What follows
    /// `sqlite://` is a path as it is, nothing in it is decoded. A missing file is created, readable by its
    /// owner only; a missing directory is not. A file is locked through a second one, `hub.db.lock`, that
    /// stays; the lock ends with this process, however that ends. PostgreSQL may be shared.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::InUse`] while another process has the SQLite file open as a [`Store`],
    /// [`StoreError::Newer`] if a later version has changed the schema, [`StoreError::Unavailable`] if the
    /// database cannot be reached, and [`StoreError::Url`] if it is none of the above.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = match locate(url)? {
            Location::Memory => open_memory().await?,
            Location::File(path) => open_file(&path).await?,
            Location::Postgres(options) => open_postgres(*options).await?,
        };
        store.migrate().await?;
        if store.lock.is_some() {
            store.end_leases().await?;
        }
        Ok(store)
    }

    /// Opens a database for an administrator's command, beside a hub that may have it open.
    ///
    /// A hub that has the SQLite file keeps its lock; both write in turn. Without a hub this is
    /// [`Store::open`], and no hub can start until it is closed.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Older`] if the hub's schema is older than that of this program, else as
    /// [`Store::open`] does.
    pub async fn open_beside_a_hub(url: &str) -> Result<Self, StoreError> {
        match Self::open(url).await {
            Err(StoreError::InUse { .. }) => {}
            opened => return opened,
        }
        let Location::File(path) = locate(url)? else { return Self::open(url).await };
        let store = connect_file(&path, None).await?;
        store.expect_migrated().await?;
        Ok(store)
    }
}

fn locate(url: &str) -> Result<Location, StoreError> {
    refuse_nul("the database URL", url)?;
    // A URL may hold a password: never repeat more of it than its scheme.
    let unknown =
        || StoreError::Url { scheme: url.split(':').next().unwrap_or_default().to_owned() };
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
        return match path {
            "" => Err(unknown()),
            ":memory:" => Ok(Location::Memory),
            path => Ok(Location::File(path.into())),
        };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = url.parse::<PgConnectOptions>().map_err(|_| unknown())?;
        return Ok(Location::Postgres(Box::new(options.disable_statement_logging())));
    }
    Err(unknown())
}

fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .disable_statement_logging()
}

/// Connections are never given up: one to memory is the database, and one to a file costs nothing.
fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// One connection for all: a second one to memory would lock whole tables against the first.
async fn open_memory() -> Result<Store, StoreError> {
    let options = sqlite_options().in_memory(true);
    let pool = sqlite_pool(1).connect_with(options).await.map_err(|it| cannot_connect(&it))?;
    let db = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    Ok(Store {
        writer: db.clone(),
        queue: db.clone(),
        reader: Reader { db },
        lock: None,
        bell: Bell::new(Others::None),
    })
}

async fn open_file(path: &Path) -> Result<Store, StoreError> {
    let lock = lock(path)?;
    create_private(path).map_err(|it| unavailable(path, &it))?;
    connect_file(path, Some(Arc::new(lock))).await
}

async fn connect_file(path: &Path, lock: Option<Arc<File>>) -> Result<Store, StoreError> {
    let options = sqlite_options().filename(path);
    let writing = options
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        // Bytes that the write-ahead log may keep on disk after a burst; the default is without limit.
        .pragma("journal_size_limit", "67108864");
    // SQLite rolls back by itself when the disk is full; sqlx then counts one transaction too many
    // and the connection shows nothing of what it writes. Such a connection is replaced.
    let writer = sqlite_pool(1).after_release(|connection, _| {
        Box::pin(async move {
            // Makes the rollback that may be queued happen first.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    });
    let writer = writer.connect_with(writing).await.map_err(|it| cannot_connect(&it))?;
    let reading = options.read_only(true).pragma("query_only", "ON");
    let reader = sqlite_pool(SQLITE_READERS).connect_lazy_with(reading);
    let writer = SqlxSqliteConnector::from_sqlx_sqlite_pool(writer);
    Ok(Store {
        queue: writer.clone(),
        writer,
        reader: Reader { db: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader) },
        lock,
        bell: Bell::new(Others::None),
    })
}

/// Locks a file beside the database: SQLite's own locks are on the database and come and go.
fn lock(database: &Path) -> Result<File, StoreError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = create_private(&path).map_err(|it| unavailable(&path, &it))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path }),
        Err(TryLockError::Error(error)) => Err(unavailable(&path, &error)),
    }
}

/// SQLite gives its other files the mode of the database.
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn unavailable(path: &Path, error: &io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::StorageFull {
        return StoreError::DiskFull;
    }
    StoreError::Unavailable { reason: format!("{}: {error}", path.display()) }
}

async fn open_postgres(options: PgConnectOptions) -> Result<Store, StoreError> {
    greet(&options).await?;
    let writer = postgres_pool(POSTGRES_WRITERS)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SPEAK).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone());
    // The queue's tables grow and shrink faster than their statistics, and a plan that was made while one
    // was empty reads all of it later. Whatever it writes is found by an index, by few statements that are
    // planned once.
    let queue = postgres_pool(POSTGRES_QUEUE)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SPEAK).await?;
                connection
                    .execute(
                        "SET enable_seqscan = off; SET enable_hashjoin = off; \
                         SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan",
                    )
                    .await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone());
    // A statement rather than a parameter of the connection, which poolers in between refuse.
    let reader = postgres_pool(POSTGRES_READERS)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute("SET default_transaction_read_only = on").await?;
                Ok(())
            })
        })
        .connect_lazy_with(options);
    Ok(Store {
        writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
        queue: SqlxPostgresConnector::from_sqlx_postgres_pool(queue),
        reader: Reader { db: SqlxPostgresConnector::from_sqlx_postgres_pool(reader) },
        lock: None,
        bell: Bell::new(Others::Some),
    })
}

/// A connection is tried when it is given back. Only one that may have died since then is tried once more.
fn postgres_pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// Connects once by itself, because a pool tries a refused connection again and then only says that it waited.
async fn greet(options: &PgConnectOptions) -> Result<(), StoreError> {
    let server = || format!("{}:{}", options.get_host(), options.get_port());
    let connected = tokio::time::timeout(PATIENCE, PgConnection::connect_with(options)).await;
    let connection = connected
        .map_err(|_| StoreError::Unavailable { reason: format!("{}: no answer", server()) })?
        .map_err(|it: sqlx::Error| StoreError::Unavailable {
            reason: format!("{}: {it}", server()),
        })?;
    connection.close().await.map_err(|it| cannot_connect(&it))
}
