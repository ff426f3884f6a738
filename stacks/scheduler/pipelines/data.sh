# Asks the function that migrates whether the data is whole on the schema that there is now.
aws lambda invoke --function-name "$FUNCTION" --qualifier "$ALIAS" --cli-read-timeout 900 \
  --cli-binary-format raw-in-base64-out --payload '{"command":"check"}' answer.json > invocation.json
if jq --exit-status '.FunctionError' invocation.json > /dev/null; then
  jq . answer.json
  echo "::error::the data is not whole; the functions stay stopped"
  exit 1
fi
version=$(jq --exit-status '.version' answer.json)
if [ "$version" != "$VERSION" ]; then
  echo "::error::the database is at version $version, and was taken to $VERSION"
  exit 1
fi
echo "the data is whole at version $version" >> "$GITHUB_STEP_SUMMARY"
