# An event that the worker takes and does nothing for: it is marked as a sample. That it answers without a failure is what
# is asked.
aws lambda invoke --function-name "$FUNCTION" --qualifier "$ALIAS" --cli-read-timeout 900 \
  --cli-binary-format raw-in-base64-out --payload "file://$EVENT" answer.json > invocation.json
if jq --exit-status '.FunctionError' invocation.json > /dev/null; then
  jq . answer.json
  echo '::error::the worker failed on the sample event'
  exit 1
fi
