# Brings the program of the newest deployment of the branch, which is there in seconds. Other workflows' runs are not
# asked: pull requests run those.
runs=$(gh run list --workflow "$WORKFLOW" --branch "$BRANCH" --limit 10 --json databaseId --jq '.[].databaseId') || runs=
for run in $runs; do
  if gh run download "$run" --name tool --dir tool; then
    echo "found=true" >> "$GITHUB_OUTPUT"
    exit 0
  fi
done
echo "no deployment of $BRANCH has kept the program: it is built"
echo "found=false" >> "$GITHUB_OUTPUT"
