version=$(jq --exit-status '.version' answer.json)
if [ "$version" != "$VERSION" ]; then
  echo "::error::the database is at version $version, and was taken to $VERSION"
  exit 1
fi
echo "the data is whole at version $version" >> "$GITHUB_STEP_SUMMARY"
