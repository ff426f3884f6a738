# jq 1.6 takes an answer without anything in it for one that says so: --slurp makes it one without a version.
version=$(jq --slurp --exit-status '.[0].version' answer.json)
if [ "$version" != "$VERSION" ]; then
  echo "::error::the database is at version $version, and was taken to $VERSION"
  exit 1
fi
echo "the data is whole at version $version" >> "$GITHUB_STEP_SUMMARY"
