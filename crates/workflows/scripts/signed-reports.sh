# Writes the comment from the reports that the jobs which plan have signed, in this attempt of the run or an earlier one: a
# job that has code of a pull request can keep artifacts of any name. A stack without such a report is missing in the comment.
mkdir reports
printf '%s\n' "$PLAN_PUBLIC_KEY" > origin.pem
mapfile -t stacks < <(jq --raw-output '.[]' <<< "$STACKS")
for stack in "${stacks[@]}"; do
  folder=brought/report-$stack
  if [ ! -f "$folder/report.json" ] || [ ! -f "$folder/report.sig" ]; then continue; fi
  digest=$(sha256sum "$folder/report.json" | cut -d ' ' -f 1)
  for attempt in $(seq "$GITHUB_RUN_ATTEMPT"); do
    printf '%s\n' "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" "$attempt" "$HEAD_SHA" "report of $stack" "$digest" > statement
    if openssl pkeyutl -verify -rawin -pubin -inkey origin.pem -sigfile "$folder/report.sig" -in statement > /dev/null 2>&1; then
      cp -- "$folder/report.json" "reports/$stack.json"
    fi
  done
  if [ ! -e "reports/$stack.json" ]; then
    echo "::error::the report of $stack was not made by the job that plans it"
  fi
done
"./$TOOL" comment reports "${stacks[@]}" --base "$BASE" > comment.md
