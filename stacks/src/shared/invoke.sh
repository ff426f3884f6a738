# Calls a function through one of its aliases, and waits for its answer. Its log is in CloudWatch.
aws lambda invoke --function-name "$FUNCTION" --qualifier "$ALIAS" --cli-read-timeout 900 \
  --cli-binary-format raw-in-base64-out --payload "$PAYLOAD" answer.json > invocation.json
if jq --exit-status '.FunctionError' invocation.json > /dev/null; then
  jq . answer.json
  echo "::error::$FAILURE"
  exit 1
fi
