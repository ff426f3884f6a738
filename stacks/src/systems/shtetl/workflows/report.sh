# The result as a status of the services' commit.
gh api --method POST "repos/$SERVICES_REPOSITORY/statuses/$COMMIT" --silent \
  --field state="$STATE" --field context='integration-test' \
  --field target_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
