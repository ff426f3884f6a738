# Tells a channel. Without the secret there is nobody to tell.
if [ -z "$SLACK_WEBHOOK_URL" ]; then
  echo 'SLACK_WEBHOOK_URL is not set: nobody was told'
  exit 0
fi
# Slack reads these three characters as its own.
text=${BODY//&/&amp;}
text=${text//</&lt;}
text=${text//>/&gt;}
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
jq --null-input --arg text "$text" --arg run "$run" '{text: "\($text)\n\($run)"}' |
  curl --fail --silent --show-error --max-time 30 --retry 3 --header 'content-type: application/json' --data @- "$SLACK_WEBHOOK_URL"
