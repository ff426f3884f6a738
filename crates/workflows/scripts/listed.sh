# Reads which stacks the reviewed run has planned, in the list that it has signed: each of them has a plan. They are divided
# among the matrices.
list=listed/planned
printf '%s\n' "$PLAN_PUBLIC_KEY" > list.pem
digest=$(sha256sum "$list/stacks.json" | cut -d ' ' -f 1)
printf '%s\n' "$GITHUB_REPOSITORY" "$RUN_ID" "$RUN_ATTEMPT" "$HEAD_SHA" '*' "$digest" > statement
if ! openssl pkeyutl -verify -rawin -pubin -inkey list.pem -sigfile "$list/stacks.sig" -in statement > /dev/null; then
  echo '::error::the list of what was planned was not made by the reviewed run, or not by the attempt that was reviewed'
  exit 1
fi
for stack in $(jq --raw-output '.[]' "$list/stacks.json"); do
  if [ ! -d "sealed/sealed-$stack" ]; then
    echo "::error::$stack has changed, and has no plan"
    exit 1
  fi
done
jq --raw-output --slurpfile planned "$list/stacks.json" \
  'to_entries[] | "\(.key)=\(.value | map(select(. as $stack | $planned[0] | index($stack) != null)) | tojson)"' <<< "$MATRICES" >> "$GITHUB_OUTPUT"
echo "stacks=$(jq --compact-output . "$list/stacks.json")" >> "$GITHUB_OUTPUT"
