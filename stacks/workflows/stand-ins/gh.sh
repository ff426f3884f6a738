#!/bin/bash
# Stands in for GitHub's command line: it notes what it is asked and what it is to write, and finds nothing that was there.
set -euo pipefail
: "${GH_TOKEN:?no token}"
{
  printf 'gh'
  printf ' %s' "$@"
  echo
  for argument; do
    case $argument in
      body=@*) cat "${argument#body=@}" ;;
      issue.md) cat issue.md ;;
    esac
  done
} >> "$NOTES"
