# Tells the subscribers of a topic, who get an e-mail. A subject has at most 100 characters, all of them printable ASCII.
account=$(aws sts get-caller-identity --query Account --output text)
subject=$(printf '%s' "$TITLE" | LC_ALL=C tr -cd '[:print:]' | cut -c 1-100)
aws sns publish --topic-arn "arn:aws:sns:$AWS_REGION:$account:$TOPIC" --subject "$subject" --message "$BODY
$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID" > /dev/null
