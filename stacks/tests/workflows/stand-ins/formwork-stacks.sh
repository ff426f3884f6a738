#!/bin/bash
# The program itself. What terraform would ask AWS for is asked of the sandbox, and domain names of systems that nobody
# deployed lead to servers of this machine: HOSTS has `from to` by line, as /etc/hosts would; `*` is any other.
set -euo pipefail
arguments=("$@")
with() { arguments+=("$@"); }
place() {
  while read -r from to; do
    if [ "$from" = "$1" ] || [ "$from" = '*' ]; then echo "$to"; return; fi
  done < "$HOSTS"
  echo "no server stands in for $1" >&2
  return 1
}
stack=
previous=
for index in "${!arguments[@]}"; do
  case "$1 $previous" in
    "release --url" | "smoke --url") arguments[index]=$(place "${arguments[index]}") ;;
    "smoke --stack") stack=${arguments[index]} ;;
  esac
  case "$1 ${arguments[index]}" in
    "release --url="*) arguments[index]=--url=$(place "${arguments[index]#--url=}") ;;
  esac
  previous=${arguments[index]}
done
case "$1" in
  # What stands behind `--` is terraform's.
  plan)
    if [[ " $* " != *" --sandbox "* ]]; then arguments=(plan --sandbox "${arguments[@]:1}"); fi
    ;;
  apply | output | release)
    if [[ " $* " != *" --sandbox "* ]]; then with --sandbox; fi
    ;;
  smoke)
    if [ -n "$stack" ]; then
      # The file's URL is an output of the stack: it has to be there.
      # shellcheck disable=SC2016
      output=$(sed -n 's/^url = "${\(.*\)}"$/\1/p' "$3")
      deployed=$("$REAL_PROGRAM" output "$stack" "$output" --sandbox)
      url=$(place "$deployed")
      with --sandbox --url "$url"
    fi
    ;;
esac
# The program of these tests is built without the workflows; `snapshots` of the tests of the systems compares them.
if [ "$1" = pipelines ]; then
  printf 'formwork-stacks %s\n' "$*" >> "$NOTES"
  exit 0
fi
exec "$REAL_PROGRAM" "${arguments[@]}"
