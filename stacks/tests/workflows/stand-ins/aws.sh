#!/bin/bash
# Stands in for AWS's command line: objects of S3 and values of secrets are files, the function that runs migrations says
# what the test wrote down for it, and no alarm rings but the one that the test names. Nobody gets an answer without a role.
# `tools/command-lines` runs the same steps with this and with the real one, and compares.
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
# What an option says, or the file that it names: of a pipe everything can be read once.
read_option() {
  case "$(get "$1")" in
    file:///dev/stdin) cat ;;
    file://* | fileb://*) cat "$(get "$1" | sed 's|^fileb\{0,1\}://||')" ;;
    *) get "$1" ;;
  esac
}
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
    names=("${all[@]:3}")
    prefix=$(get --alarm-name-prefix)
    # Of a prefix, one alarm, and the one that rings.
    if [ -n "$prefix" ]; then
      names=("${prefix}errors")
      if [[ $ringing == "$prefix"* ]]; then names+=("$ringing"); fi
    fi
    for name in "${names[@]}"; do
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
    read_option --payload | jq --compact-output . >> "$NOTES"
    cp "$said/answer.json" "${!#}"
    cat "$said/invocation.json"
    ;;
  "secretsmanager put-secret-value")
    # Of a request on its input the AWS CLI reads nothing: it opens the file twice.
    [ -z "$(get --cli-input-json)" ] || { echo "Error parsing parameter 'cli-input-json': Invalid JSON received." >&2; exit 252; }
    file="$AWS_FOLDER/secrets$(get --secret-id)"
    mkdir -p "$(dirname "$file")"
    read_option --secret-string > "$file"
    jq --null-input --arg name "$(get --secret-id)" '{Name: $name}'
    ;;
  "s3 cp")
    file="$AWS_FOLDER/${4#s3://}"
    mkdir -p "$(dirname "$file")"
    cp "$3" "$file"
    ;;
  "sts get-caller-identity") echo 123456789012 ;;
  "ecr get-login-password") echo password ;;
  "sns publish")
    {
      read_option --subject
      echo
      read_option --message
      echo
    } >> "$NOTES"
    echo '{"MessageId": "a notice"}'
    ;;
  *) echo "nothing stands in for aws $*" >&2; exit 2 ;;
esac
