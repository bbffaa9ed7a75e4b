#!/usr/bin/env bash
# Sets up what the tests need and runs all of them: format, lints, unit and integration tests (SQLite and a
# private PostgreSQL), doc tests and the browser test. Missing servers and the browser are installed with
# apt-get where that is possible.
set -euo pipefail
cd "$(dirname "$0")"

have_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_browser() { command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome; } >/dev/null; }

missing=()
have_postgres || missing+=(postgresql)
have_browser || missing+=(chromium chromium-driver)
if [ ${#missing[@]} -gt 0 ]; then
  echo "test.sh: installing ${missing[*]}"
  as_root=""; [ "$(id -u)" = 0 ] || as_root=sudo
  if ! command -v apt-get >/dev/null; then
    echo "test.sh: please install ${missing[*]} (PostgreSQL's server programs, a Chromium and its chromedriver)" >&2
    exit 1
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

step "format";    cargo fmt --all --check
step "lints";     cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
step "tests";     cargo test --workspace --all-features --locked --lib --bins --tests --examples
step "doc tests"; cargo test --workspace --all-features --locked --doc
step "docs";      RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc --workspace --no-deps --locked --quiet
if command -v cargo-deny >/dev/null; then step "licences"; cargo deny --offline check licenses bans sources; fi
step "all green"
