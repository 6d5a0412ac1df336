"""The database: tables and migrations. SQLite by default."""
