# Runs migrations in the function that is in the database's network: `up`, or `down` by one. Its log is in CloudWatch.
aws lambda invoke --function-name "$FUNCTION" --qualifier "$ALIAS" --cli-read-timeout 900 \
  --cli-binary-format raw-in-base64-out --payload "{\"command\":\"$DIRECTION\"}" answer.json > invocation.json
if jq --exit-status '.FunctionError' invocation.json > /dev/null; then
  jq . answer.json
  echo "::error::the migration failed; nothing was deployed"
  exit 1
fi
version=$(jq --exit-status '.version' answer.json)
echo "migrated to version $version" >> "$GITHUB_STEP_SUMMARY"
echo "MIGRATION_VERSION=$version" >> "$GITHUB_ENV"
