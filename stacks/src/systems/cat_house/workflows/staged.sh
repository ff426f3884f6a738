# One set of images: production runs what staging ran, and nothing else.
runs=$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$WORKFLOW/runs?head_sha=$VERSION&branch=$BRANCH&status=success&per_page=1" --jq .total_count)
if [ "$runs" = 0 ]; then
  echo "::error::no run of $WORKFLOW deployed $VERSION to staging"
  exit 1
fi
