version=$(jq --exit-status '.version' answer.json)
echo "migrated to version $version" >> "$GITHUB_STEP_SUMMARY"
echo "MIGRATION_VERSION=$version" >> "$GITHUB_ENV"
