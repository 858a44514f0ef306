//! The database: schema, migrations, typed queries.
