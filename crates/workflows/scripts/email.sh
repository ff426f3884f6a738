# Tells the subscribers of a topic, who get an e-mail. A subject has at most 100 characters, all of them printable ASCII.
# Both go through files: of an argument that begins with file:// the AWS CLI would send what is in that file.
account=$(aws sts get-caller-identity --query Account --output text)
printf '%s' "$TITLE" | LC_ALL=C tr -cd '[:print:]' | cut -c 1-100 | tr -d '\n' > subject.txt
printf '%s\n%s/%s/actions/runs/%s' "$BODY" "$GITHUB_SERVER_URL" "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" > message.txt
aws sns publish --topic-arn "arn:aws:sns:$AWS_REGION:$account:$TOPIC" --subject file://subject.txt \
  --message file://message.txt > /dev/null
