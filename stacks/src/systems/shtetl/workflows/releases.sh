# A CONTRACT waits until the releases that are older than its EXPAND have gone: which serve since when is kept.
release=$COMMIT.$GITHUB_RUN_ID.$GITHUB_RUN_ATTEMPT
./tool/formwork-stacks migrations log show --log "$LOG" > log.json
for service in $SERVICES; do
  ./tool/formwork-stacks migrations log release "$service" "$release" --log "$LOG"
  served=$(jq --raw-output --arg service "$service" --arg release "$release" '.releases[]
    | select(.service == $service and .release != $release and .retired_at == null) | .release' log.json)
  for former in $served; do
    ./tool/formwork-stacks migrations log retire "$service" "$former" --log "$LOG"
  done
done
