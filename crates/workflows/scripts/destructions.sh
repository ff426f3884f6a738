# Says what the reviewed plans destroy, replacements included, and how many stacks that concerns.
jq --raw-output 'select(.outcome | type == "object") | select(.outcome.changed.summary.remove > 0)
  | "- `\(.stack)`: \(.outcome.changed.summary.remove) destroyed"' plans/*.json > destroyed.md
{ echo '### Destroyed'; if [ -s destroyed.md ]; then cat destroyed.md; else echo 'Nothing.'; fi; } >> "$GITHUB_STEP_SUMMARY"
echo "stacks=$(wc -l < destroyed.md)" >> "$GITHUB_OUTPUT"
