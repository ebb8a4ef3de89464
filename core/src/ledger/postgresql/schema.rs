//! The tables: made on first use, and brought up to date. Their version is in the database.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

/// What leads to each version from the one before. An entry that was released is never changed.
const MIGRATIONS: [(i32, &str); 1] = [(
    1,
    // A version comes from the sequence, so a record that was deleted and made anew never has an old one.
    "CREATE SEQUENCE zerossl_versions;
     CREATE TABLE zerossl_records (
         name text COLLATE \"C\" PRIMARY KEY,
         content bytea NOT NULL,
         version bigint NOT NULL DEFAULT nextval('zerossl_versions')
     );",
)];

/// The version of the tables that this library knows.
pub(super) const NEWEST: i32 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Whoever makes the tables holds this lock: `zerossl` in ASCII.
const LOCK: i64 = 0x007a_6572_6f73_736c;

/// Brings the tables up to date. The version that they have then: a newer one than ours is left alone.
pub(super) async fn prepare(client: &Client) -> Result<i32, Error> {
    let found = match version(client).await {
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => 0,
        found => found?,
    };
    if found >= NEWEST {
        return Ok(found);
    }
    let lock = format!(
        "BEGIN;
         SELECT pg_advisory_xact_lock({LOCK});
         CREATE TABLE IF NOT EXISTS zerossl_schema (
             version integer PRIMARY KEY,
             made timestamptz NOT NULL DEFAULT now()
         );"
    );
    client.batch_execute(&lock).await?;
    // Another host may have made them meanwhile.
    let found = version(client).await?;
    for (version, migration) in MIGRATIONS.into_iter().filter(|(version, _)| *version > found) {
        let step = format!("{migration} INSERT INTO zerossl_schema (version) VALUES ({version});");
        client.batch_execute(&step).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(found.max(NEWEST))
}

async fn version(client: &Client) -> Result<i32, Error> {
    let rows = client.query_typed("SELECT coalesce(max(version), 0) FROM zerossl_schema", &[]).await?;
    rows.first().map_or(Ok(0), |row| row.try_get(0))
}
