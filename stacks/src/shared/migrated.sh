# jq 1.6 takes an answer without anything in it for one that says so: --slurp makes it one without a version.
version=$(jq --slurp --exit-status '.[0].version' answer.json)
echo "migrated to version $version" >> "$GITHUB_STEP_SUMMARY"
echo "MIGRATION_VERSION=$version" >> "$GITHUB_ENV"
