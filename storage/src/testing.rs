//! A private PostgreSQL server for tests.
//!
//! The server listens on a Unix socket in a folder of its own under the system's folder for temporary files, so that
//! there is no port to collide on. A shell holds it: it waits for the end of its standard input, then stops the server
//! and removes the folder. As the system closes that pipe however this process ends, nothing is left behind by a
//! panic, a killed test or a server kept in a `static`.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// `$1` programs, `$2` folder, `$3` whether to flush. Signals meant for the tests must not end the shell before it has tidied up.
const KEEPER: &str = r#"
trap '' INT TERM HUP PIPE
cd "$2" || exit 1
"$1/initdb" -D data -U postgres -A trust -E UTF8 --no-locale --no-sync >log 2>&1 \
  && "$1/pg_ctl" -D data -w -t 60 -l log start >/dev/null 2>&1 \
     -o "-c listen_addresses= -c unix_socket_directories=$2 -c max_connections=200 -c fsync=$3 -c shared_buffers=32MB" \
  && echo ready || { echo failed; tail -n 20 log; }
read -r _
"$1/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
cd / && rm -rf "$2"
"#;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A running PostgreSQL server with nothing in it. Stopped and removed when dropped.
#[derive(Debug)]
pub struct TempPostgres {
    keeper: Child,
    dir: PathBuf,
    databases: AtomicU32,
}

impl TempPostgres {
    /// Starts a server that does not wait for the disk; takes two to three seconds.
    ///
    /// # Errors
    /// When PostgreSQL's programs are not installed, with the command that installs them, or when the server does not
    /// start, with the end of its log.
    pub fn start() -> io::Result<Self> {
        Self::start_with("off")
    }

    /// Starts a server whose commits reach the disk, for measuring.
    ///
    /// # Errors
    /// As [`TempPostgres::start`].
    pub fn start_durable() -> io::Result<Self> {
        Self::start_with("on")
    }

    fn start_with(fsync: &str) -> io::Result<Self> {
        let programs = programs().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "PostgreSQL's server is needed for this test but initdb and pg_ctl are neither in PATH nor in \
                 /usr/lib/postgresql/*/bin; install them, on Debian with: apt-get install -y postgresql",
            )
        })?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("soiree-postgres-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir)?;
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(&programs).arg(&dir).arg(fsync).current_dir("/");
        // In a group of its own, the shell outlives a signal that ends the tests with their whole group.
        command.process_group(0);
        if let Some((user, group)) = other_owner()? {
            std::os::unix::fs::chown(&dir, Some(user), Some(group))?;
            command.uid(user).gid(group);
        }
        let mut keeper =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut first = String::new();
        let mut output = BufReader::new(keeper.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        output.read_line(&mut first)?;
        let server = Self { keeper, dir, databases: AtomicU32::new(0) };
        if first.trim() == "ready" {
            return Ok(server);
        }
        let log = fs::read_to_string(server.dir.join("log")).unwrap_or_default();
        Err(io::Error::other(format!("PostgreSQL did not start:\n{log}")))
    }

    /// The address of a database of the server, made afresh.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn fresh_database(&self) -> Result<String, sqlx::Error> {
        use sqlx::Connection;
        let name = format!("soiree_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await?;
        // The name is made of a fixed word and a number.
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(self.url(&name))
    }

    /// The address of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = self.dir.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@localhost/{database}?host={socket}")
    }
}

impl Drop for TempPostgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder with `initdb` and `pg_ctl`: the newest that Debian installed, or one in `PATH`.
fn programs() -> Option<PathBuf> {
    let complete = |dir: &Path| dir.join("initdb").exists() && dir.join("pg_ctl").exists();
    let mut installed: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, dir)| complete(dir))
        .collect();
    installed.sort();
    installed.pop().map(|(_, dir)| dir).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|dir| complete(dir))
    })
}

/// The user and group to run the server as: PostgreSQL refuses to run as root.
fn other_owner() -> io::Result<Option<(u32, u32)>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == name;
            let user = fields.nth(1)?.parse().ok()?;
            let group = fields.next()?.parse().ok()?;
            found.then_some((user, group))
        })
    };
    find("postgres").or_else(|| find("nobody")).map(Some).ok_or_else(|| {
        io::Error::other("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")
    })
}
