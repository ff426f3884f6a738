# Looks for drift. What has drifted ends with an issue and a success; that nobody could look is a failure.
"./$TOOL" drift --json "$STACK" > drift.json || true
# jq 1.6 passes a file without anything in it, unless it is read with --slurp.
if jq --slurp --exit-status '[.[0].stacks[] | select(.status != "unchanged" and .status != "deferred" and .status != "drifted")] == []' drift.json > /dev/null; then
  echo "drifted=$(jq '[.stacks[] | select(.status == "drifted")] | length > 0' drift.json)" >> "$GITHUB_OUTPUT"
else
  jq . drift.json
  exit 1
fi
