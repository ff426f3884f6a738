# The pull request as it is merged now, also where the run is started again: with the branch as it is, and with no other
# commit than the one that the run is of.
if [ "$(git rev-parse HEAD^2)" != "$HEAD_SHA" ]; then
  echo '::error::the pull request has another last commit than this run is of: that one has a run of its own'
  exit 1
fi
echo "base=$(git rev-parse HEAD^1)" >> "$GITHUB_OUTPUT"
