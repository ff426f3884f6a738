#!/bin/bash
# Stands in for the program where only its arguments matter: it notes each of them, ended by a NUL, and says of migrations
# what the test says.
printf '%s\0' "$@" >> "$ARGUMENTS"
case "$*" in
  *"--format json"*) cat "$REPORT" ;;
esac
