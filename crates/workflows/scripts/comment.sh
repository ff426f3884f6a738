# Writes comment.md as the one comment of a pull request that begins with the marker: a later run changes it.
{ printf '%s\n' "$MARKER"; cat comment.md; } > body.md
# GitHub takes 65 536 characters. What our program writes fits; of anything else no part is cut out.
if [ "$(LC_ALL=C.UTF-8 wc --chars < body.md)" -gt 65536 ]; then
  printf '%s\nWhat was to stand here is too long for a comment: it is in the run, %s/%s/actions/runs/%s.\n' \
    "$MARKER" "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" > body.md
fi
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
id=$(gh api --paginate "$comments" --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id' | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@body.md --silent
else
  gh api --method POST "$comments" --field body=@body.md --silent
fi
