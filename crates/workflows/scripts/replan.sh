# Plans every open pull request again: its plans are of documents and states that are others now, and would be refused.
branch=$(jq --null-input --raw-output '$ENV.GITHUB_REF_NAME | @uri')
pulls=$(gh api --paginate "repos/$GITHUB_REPOSITORY/pulls?state=open&base=$branch&per_page=100" \
  --jq '.[] | select(.head.repo.full_name == env.GITHUB_REPOSITORY) | "\(.number) \(.head.sha)"')
status=0
while read -r number sha; do
  if [ -z "$number" ]; then continue; fi
  runs="repos/$GITHUB_REPOSITORY/actions/workflows/$PLAN_WORKFLOW/runs?head_sha=$sha&event=pull_request&per_page=100"
  id=$(gh api "$runs" --jq '[.workflow_runs[]] | sort_by(.run_number) | last | .id // empty')
  if [ -z "$id" ]; then
    echo "pull request $number: $sha was never planned"
    continue
  fi
  run="repos/$GITHUB_REPOSITORY/actions/runs/$id"
  # One that is at work began with the branch as it was.
  if [ "$(gh api "$run" --jq .status)" != completed ]; then
    gh api --method POST "$run/cancel" --silent || true
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
      if [ "$(gh api "$run" --jq .status)" = completed ]; then break; fi
      sleep "${PAUSE:-10}"
    done
  fi
  if gh api --method POST "$run/rerun" --silent; then
    echo "pull request $number is planned again"
  else
    echo "::error::pull request $number could not be planned again: GitHub keeps runs for 30 days; push a commit to it"
    status=1
  fi
done <<< "$pulls"
exit "$status"
