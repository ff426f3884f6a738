# Lists the stacks whose documents are not those of the branch, and those that read them, and divides them among the
# matrices. The program is the branch's; the documents are those of the pull request, and are data.
"./$TOOL" list --documents documents --changed --json > listed.json
jq --compact-output '[.[].name]' listed.json > stacks.json
jq --raw-output --slurpfile changed stacks.json \
  'to_entries[] | "\(.key)=\(.value | map(select(. as $stack | $changed[0] | index($stack) != null)) | tojson)"' <<< "$MATRICES" >> "$GITHUB_OUTPUT"
echo "stacks=$(cat stacks.json)" >> "$GITHUB_OUTPUT"
