#!/bin/bash
# Stands in for AWS's command line: objects of S3 and values of secrets are files, the function that runs migrations says
# what the test wrote down for it, and no alarm rings but the one that the test names. Nobody gets an answer without a role.
set -euo pipefail
{
  printf 'aws'
  printf ' %s' "$@"
  echo
} >> "$NOTES"
: "${AWS_ACCESS_KEY_ID:?no role was assumed}" "${AWS_REGION:?no region}"
all=("$@")
# The value of an option.
get() {
  local previous=
  for argument in "${all[@]}"; do
    if [ "$previous" = "$1" ]; then
      echo "$argument"
      return
    fi
    previous=$argument
  done
}
object() { echo "$AWS_FOLDER/$(get --bucket)/$(get --key)"; }
tag() { printf '"%s"' "$(md5sum < "$1" | cut -c 1-32)"; }
case "$1 $2" in
  "s3api get-object")
    file=$(object)
    [ -f "$file" ] || { echo "An error occurred (NoSuchKey) when calling the GetObject operation" >&2; exit 254; }
    cp "$file" "${!#}"
    jq --null-input --arg tag "$(tag "$file")" '{ETag: $tag}'
    ;;
  "s3api put-object")
    file=$(object)
    if [ -f "$file" ] && [ "$(get --if-match)" != "$(tag "$file")" ]; then
      echo "An error occurred (PreconditionFailed) when calling the PutObject operation" >&2
      exit 254
    fi
    mkdir -p "$(dirname "$file")"
    cp "$(get --body)" "$file"
    jq --null-input --arg tag "$(tag "$file")" '{ETag: $tag}'
    ;;
  "cloudwatch describe-alarms")
    ringing=$(cat "$AWS_FOLDER/ringing" 2> /dev/null || true)
    for name in "${all[@]:3}"; do
      if [[ $name == --* ]]; then break; fi
      state=OK
      if [ "$name" = "$ringing" ]; then state=ALARM; fi
      jq --null-input --arg name "$name" --arg state "$state" '{AlarmName: $name, StateValue: $state}'
    done | jq --slurp '{MetricAlarms: .}'
    ;;
  "lambda put-function-concurrency" | "lambda delete-function-concurrency")
    get --function-name > /dev/null
    ;;
  "lambda invoke")
    # What the test says of the function's alias, or else of migrations.
    said="$AWS_FOLDER/$(get --function-name)/$(get --qualifier)"
    [ -d "$said" ] || said="$AWS_FOLDER/migrate"
    case "$(get --payload)" in
      file://*) jq . "$(get --payload | cut -c 8-)" > /dev/null ;;
    esac
    cp "$said/answer.json" "${!#}"
    cat "$said/invocation.json"
    ;;
  "secretsmanager put-secret-value")
    request=$(cat)
    file="$AWS_FOLDER/secrets$(jq --raw-output .SecretId <<< "$request")"
    mkdir -p "$(dirname "$file")"
    jq --raw-output .SecretString <<< "$request" > "$file"
    ;;
  "s3 cp")
    file="$AWS_FOLDER/${4#s3://}"
    mkdir -p "$(dirname "$file")"
    cp "$3" "$file"
    ;;
  "sts get-caller-identity") echo 123456789012 ;;
  "ecr get-login-password") echo password ;;
  "sns publish") ;;
  *) echo "nothing stands in for aws $*" >&2; exit 2 ;;
esac
