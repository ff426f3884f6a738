# Says what the reviewed plans destroy, replacements included, as terraform reads it in the plans themselves, and how many
# stacks that concerns.
jq --raw-output '.stacks[] | .stack as $stack | .changes.resources // [] | .[] | select(.action == "replace" or .action == "destroy")
  | "- `\($stack)`: `\(.address | gsub("[`\\s]"; " "))` is \(if .action == "replace" then "replaced" else "destroyed" end)"' reviewed.json > destroyed.md
{ echo '### Destroyed'; if [ -s destroyed.md ]; then head -n 500 destroyed.md; else echo 'Nothing.'; fi; } >> "$GITHUB_STEP_SUMMARY"
jq --raw-output '"stacks=\([.stacks[] | select([.changes.resources // [] | .[] | select(.action == "replace" or .action == "destroy")] != [])] | length)"' reviewed.json >> "$GITHUB_OUTPUT"
