# Each value goes from GitHub's secrets to AWS's, and through no argument, state or task definition.
for name in $NAMES; do
  if [ -z "${!name}" ]; then
    echo "::error::the environment has no secret $name"
    exit 1
  fi
  ID="$PLACE$name" VALUE="${!name}" jq --null-input '{SecretId: env.ID, SecretString: env.VALUE}' |
    aws secretsmanager put-secret-value --cli-input-json file:///dev/stdin > /dev/null
done
