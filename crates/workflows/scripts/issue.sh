# Opens an issue, or adds to the one that is open under the same title.
printf '%s\n\n%s/%s/actions/runs/%s\n' "$BODY" "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" > issue.md
number=$(gh issue list --repo "$GITHUB_REPOSITORY" --state open --limit 1000 --json number,title --jq '[.[] | select(.title == env.TITLE) | .number] | first // empty')
if [ -n "$number" ]; then
  gh issue comment "$number" --repo "$GITHUB_REPOSITORY" --body-file issue.md
else
  gh issue create --repo "$GITHUB_REPOSITORY" --title "$TITLE" --body-file issue.md
fi
