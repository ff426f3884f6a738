# Finds the run that made the plans which were reviewed: that of the last commit of the pull request that was merged as
# this commit, from this repository, by the workflow that plans. A run that a person names is held to the same.
if [ -n "$RUN_ID" ]; then
  run=$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$RUN_ID")
else
  head=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" \
    --jq '[.[] | select(.merged_at != null and .base.ref == env.GITHUB_REF_NAME) | .head.sha] | first // empty')
  if [ -z "$head" ]; then
    echo "::error::no merged pull request has this commit: there is no reviewed plan to apply"
    exit 1
  fi
  run=$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$PLAN_WORKFLOW/runs?head_sha=$head&status=success" \
    --jq '[.workflow_runs[]] | sort_by(.run_number) | last // empty')
fi
if ! jq --exit-status \
  '.path == ".github/workflows/" + env.PLAN_WORKFLOW and .conclusion == "success"
    and .head_repository.full_name == env.GITHUB_REPOSITORY
    and (.event == "pull_request" or .event == "workflow_dispatch")' <<< "$run" > /dev/null; then
  echo "::error::there is no successful run of $PLAN_WORKFLOW of this repository to take plans from"
  exit 1
fi
echo "run_id=$(jq .id <<< "$run")" >> "$GITHUB_OUTPUT"
