# Fails if an alarm rings, or is not there to ring. What has not been called yet has too little data, which is no alarm.
read -ra names <<< "$ALARMS"
aws cloudwatch describe-alarms --alarm-names "${names[@]}" --alarm-types MetricAlarm --output json > alarms.json
healthy=true
for name in "${names[@]}"; do
  state=$(jq --raw-output --arg name "$name" '.MetricAlarms[] | select(.AlarmName == $name) | .StateValue' alarms.json)
  case $state in
    OK | INSUFFICIENT_DATA) ;;
    ALARM)
      echo "::error::alarm $name rings"
      healthy=false
      ;;
    *)
      echo "::error::there is no alarm $name"
      healthy=false
      ;;
  esac
done
$healthy
echo "none of ${#names[@]} alarms rings" >> "$GITHUB_STEP_SUMMARY"
