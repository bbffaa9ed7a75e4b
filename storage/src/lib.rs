//! SQL (SQLite, PostgreSQL) and model artifacts.
