# Calls a function through one of its aliases, and waits for its answer. Its log is in CloudWatch. Of a file both versions
# of the AWS CLI send the bytes as they are; of an argument version 2 takes them for base64.
case "$PAYLOAD" in
  file://*) payload=${PAYLOAD#file://} ;;
  *)
    payload=payload.json
    printf '%s' "$PAYLOAD" > "$payload"
    ;;
esac
aws lambda invoke --function-name "$FUNCTION" --qualifier "$ALIAS" --cli-read-timeout 900 \
  --payload "fileb://$payload" answer.json > invocation.json
if jq --exit-status '.FunctionError' invocation.json > /dev/null; then
  jq . answer.json
  echo "::error::$FAILURE"
  exit 1
fi
