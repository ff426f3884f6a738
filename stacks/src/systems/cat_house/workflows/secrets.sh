# Each value goes from GitHub's secrets to AWS's through a pipe, and through no argument, file, state or task definition.
for name in $NAMES; do
  if [ -z "${!name}" ]; then
    echo "::error::the environment has no secret $name"
    exit 1
  fi
  # Of a whole request on its input (--cli-input-json) the AWS CLI reads nothing: it opens the file twice.
  printf '%s' "${!name}" |
    aws secretsmanager put-secret-value --secret-id "$PLACE$name" --secret-string file:///dev/stdin > /dev/null
done
