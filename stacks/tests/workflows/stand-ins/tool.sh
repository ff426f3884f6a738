#!/bin/bash
# Stands in for what builds, tests and publishes a system's own code, of which there is none here: rustup, cargo, go, npm,
# pip, docker and the like. It notes what it was asked, fails if the test says so, and leaves what later steps take.
set -euo pipefail
name=${0##*/}
{
  printf '%s' "$name"
  printf ' %s' "$@"
  echo
} >> "$NOTES"
echo "a stand-in for $name: $*" >&2
if [ -n "${FAILING:-}" ] && [[ "$name $*" == "$FAILING"* ]]; then
  echo "$name was told to fail" >&2
  exit 1
fi
# Cargo builds a package where there is one, whose lock file it is told to keep to.
if [[ "$name $*" == "cargo build --locked"* ]] && [ ! -f Cargo.lock ]; then
  echo "error: could not find Cargo.lock in $PWD" >&2
  exit 101
fi
# What a repository says that its builds make.
if [ -d produced ]; then cp -R produced/. .; fi
previous=
for argument; do
  case "$name $previous" in
    "go -o") mkdir -p "$(dirname "$argument")"; echo "code of $argument at $GITHUB_SHA" > "$argument" ;;
    "pip --target") mkdir -p "$argument" ;;
    "poetry --output") echo > "$argument" ;;
    "cargo --target") mkdir -p "target/$argument/release"; echo "$argument" > "target/$argument/release/postgres-seren-replicator" ;;
    "cargo --bin") mkdir -p target/debug; cp "$PROGRAM" "target/debug/$argument" ;;
    "docker --password-stdin") cat > /dev/null ;;
  esac
  previous=$argument
done
case "$name $*" in
  "go env GOPATH") pwd ;;
  "go install "*golangci-lint*) mkdir -p bin; cp "$0" bin/golangci-lint ;;
  "go test "*) echo covered > coverage.out ;;
esac
