# A CONTRACT goes on to somebody who agrees; whatever else was found ends here.
# An empty report would pass for one without findings, and does so with jq 1.6 unless it is read with --slurp.
jq --slurp --exit-status '.[0] | has("files")' report.json > /dev/null
jq --raw-output '.files[] | "- \(.path): \(.class)"' report.json >> "$GITHUB_STEP_SUMMARY"
refused=$(jq '[.files[] | select(.class != "EXPAND" and .class != "CONTRACT")] | length' report.json)
if [ "$refused" -gt 0 ]; then
  echo "::error::$refused files are neither EXPAND nor CONTRACT; the summary of the run has the findings"
  exit 1
fi
echo "contract=$(jq '[.files[] | select(.class == "CONTRACT")] | length > 0' report.json)" >> "$GITHUB_OUTPUT"
