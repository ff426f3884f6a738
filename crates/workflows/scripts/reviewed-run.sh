# Finds the run that made the plans which were reviewed: of the workflow that plans, on the last commit of the pull request
# that was merged as this commit, from this repository. A run that a person names is held to the same.
pull=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" \
  --jq '[.[] | select(.merged_at != null and .base.ref == env.GITHUB_REF_NAME and .merge_commit_sha == env.GITHUB_SHA)] | first // empty')
if [ -z "$pull" ]; then
  echo "::error::no pull request was merged as this commit: there is no reviewed plan to apply"
  exit 1
fi
HEAD_SHA=$(jq --raw-output .head.sha <<< "$pull")
MERGED_AT=$(jq --raw-output .merged_at <<< "$pull")
export HEAD_SHA MERGED_AT
if [ -n "$RUN_ID" ]; then
  case $RUN_ID in *[!0-9]*) echo '::error::run_id is the number of a run'; exit 1 ;; esac
  runs=$(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$RUN_ID" --jq '[.]')
else
  runs=$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$PLAN_WORKFLOW/runs?head_sha=$HEAD_SHA&event=pull_request&per_page=100" --jq .workflow_runs)
fi
# An attempt that began after the merge was seen by nobody who agreed to it.
run=$(jq 'map(select(.path == ".github/workflows/" + env.PLAN_WORKFLOW and .event == "pull_request"
  and .repository.full_name == env.GITHUB_REPOSITORY and .head_repository.full_name == env.GITHUB_REPOSITORY
  and .head_sha == env.HEAD_SHA and .status == "completed" and .conclusion == "success"
  and .run_started_at < env.MERGED_AT)) | sort_by(.run_number) | last // empty' <<< "$runs")
if [ -z "$run" ]; then
  echo "::error::$PLAN_WORKFLOW has no run that succeeded on $HEAD_SHA, the last commit of the merged pull request, before the merge"
  exit 1
fi
# A run that failed and is started again later must not take back what came after it.
if [ "$OLDER" != true ]; then
  for sha in $(gh api "repos/$GITHUB_REPOSITORY/deployments?environment=$APPLY_ENVIRONMENT&per_page=100" --jq '[.[].sha] | unique | .[]'); do
    if [ "$sha" = "$GITHUB_SHA" ]; then continue; fi
    if [ "$(gh api "repos/$GITHUB_REPOSITORY/compare/$GITHUB_SHA...$sha" --jq .status)" = ahead ]; then
      echo "::error::$sha, which comes after this commit, was applied already: if this older one is meant, start the workflow by hand with \`older\`"
      exit 1
    fi
  done
fi
{
  echo "run_id=$(jq .id <<< "$run")"
  echo "run_attempt=$(jq .run_attempt <<< "$run")"
  echo "head_sha=$HEAD_SHA"
} >> "$GITHUB_OUTPUT"
