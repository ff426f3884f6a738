# Looks at the alarms of what was deployed once a minute for so many minutes, and fails as soon as one rings.
for ((minute = 0; minute < MINUTES; minute++)); do
  sleep 60
  aws cloudwatch describe-alarms --alarm-name-prefix "$ALARM_PREFIX" --alarm-types MetricAlarm --output json > alarms.json
  # jq 1.6 passes a file without anything in it, unless it is read with --slurp.
  if ! jq --slurp --exit-status '.[0].MetricAlarms | length > 0' alarms.json > /dev/null; then
    echo "::error::no alarm has a name that begins with $ALARM_PREFIX"
    exit 1
  fi
  ringing=$(jq --raw-output '[.MetricAlarms[] | select(.StateValue == "ALARM") | .AlarmName] | join(", ")' alarms.json)
  if [ -n "$ringing" ]; then
    echo "::error::$ringing rings"
    exit 1
  fi
done
echo "no alarm rang for $MINUTES minutes" >> "$GITHUB_STEP_SUMMARY"
