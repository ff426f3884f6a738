# What the plans do of the stacks that were planned.
mapfile -t stacks < <(jq --raw-output '.[]' <<< "$STACKS")
"./$TOOL" plan --reviewed --plan-dir plans --json "${stacks[@]}" > reviewed.json
