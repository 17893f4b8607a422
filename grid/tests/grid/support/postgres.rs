// SPDX-License-Identifier: Apache-2.0
//! A PostgreSQL server of this test run, in a folder of its own, reached by a Unix socket.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::{
    io::{BufRead, BufReader},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        OnceLock,
    },
};

/// Stops the server and removes its folder once this process is gone, however it went: then the
/// shell's standard input ends.
const SCRIPT: &str = r#"
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/dmsm-grid-postgres.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$1/initdb" -D data -U grid -A trust -E UTF8 --locale=C --no-sync >&2
"$1/postgres" -D data -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=200 >&2 &
server=$!
for _ in $(seq 300); do
    "$1/pg_isready" -q -h "$dir" && break
    kill -0 $server
    sleep 0.1
done
echo "$dir"
read -r _ || true
kill -INT $server
wait $server || true
"#;

struct Server {
    folder: String,
    _shell: Child,
}

/// The URL of a new, empty database.
pub async fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("grid{}", COUNT.fetch_add(1, Ordering::SeqCst));
    let server = server();
    let mut admin = PgConnection::connect(&url(server, "postgres")).await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    admin.close().await.unwrap();
    url(server, &name)
}

fn url(server: &Server, database: &str) -> String {
    format!("postgres://grid@localhost/{database}?host={}", server.folder)
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn start() -> Server {
    let mut shell = as_unprivileged_user()
        .args(["sh", "-c", SCRIPT, "sh"])
        .arg(binaries())
        // The terminal's Ctrl-C is for the tests; the server follows them.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts sh");
    let mut folder = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    let folder = folder.trim().to_owned();
    assert!(!folder.is_empty(), "PostgreSQL did not start; try scripts/setup, then initdb by hand");
    Server { folder, _shell: shell }
}

/// The newest PostgreSQL of Debian's packages, or the one on the path.
fn binaries() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = installed.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.reverse();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("no PostgreSQL on this machine: run scripts/setup, or install Debian's `postgresql`")
}

/// `env`, under another user where we are root: PostgreSQL refuses to be root.
fn as_unprivileged_user() -> Command {
    if Path::new("/proc/self").metadata().unwrap().uid() != 0 {
        return Command::new("env");
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = if passwd.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" };
    let group = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(user)).then(|| fields.nth(2).map(str::to_owned)).flatten()
    });
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={}", group.unwrap_or("65534".into())));
    command.args(["--clear-groups", "env"]);
    command
}
