# Writes comment.md as the one comment of a pull request that begins with the marker: a later run changes it.
{ printf '%s\n' "$MARKER"; cat comment.md; } > body.md
# GitHub takes 65 536 characters.
if [ "$(wc -c < body.md)" -gt 65000 ]; then
  head -c 64000 body.md > shorter.md
  printf '\n\nThe rest is in the summary of the run.\n' >> shorter.md
  mv shorter.md body.md
fi
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
id=$(gh api --paginate "$comments" --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id' | head -n 1)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field body=@body.md --silent
else
  gh api --method POST "$comments" --field body=@body.md --silent
fi
