# The comment on the stacks that were to be planned.
mkdir -p reports
mapfile -t stacks < <(jq --raw-output '.[]' <<< "$STACKS")
"./$TOOL" comment reports "${stacks[@]}" --base "$BASE" > comment.md
