# Opens the plans of the reviewed run, each once it is clear that the job which plans has signed it for that run. Nothing
# is written but the files that a plan has, into a folder that was not there.
umask 077
mkdir plans
digests='{}'
printf '%s\n' "$PLAN_PUBLIC_KEY" > origin.pem
for folder in sealed/sealed-*; do
  stack=${folder#sealed/sealed-}
  case $stack in
    '' | *[!A-Za-z0-9_-]*) echo '::error::there is no sealed plan, or one of a stack with a strange name'; exit 1 ;;
  esac
  digest=$(sha256sum "$folder/plans.tar.gpg" | cut -d ' ' -f 1)
  printf '%s\n' "$GITHUB_REPOSITORY" "$RUN_ID" "$RUN_ATTEMPT" "$HEAD_SHA" "$stack" "$digest" > statement
  if ! openssl pkeyutl -verify -rawin -pubin -inkey origin.pem -sigfile "$folder/plans.sig" -in statement > /dev/null; then
    echo "::error::the plan of $stack was not made by the reviewed run, or not by the attempt that was reviewed"
    exit 1
  fi
  # What was looked at before somebody agreed is what is applied: a run's artifacts may be others by now.
  if [ -n "$DIGESTS" ] && [ "$(jq --raw-output --arg stack "$stack" '.[$stack] // empty' <<< "$DIGESTS")" != "$digest" ]; then
    echo "::error::the plan of $stack is not the one that was agreed to"
    exit 1
  fi
  digests=$(jq --compact-output --arg stack "$stack" --arg digest "$digest" '.[$stack] = $digest' <<< "$digests")
  printf '%s' "$PLAN_KEY" | gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 0 --decrypt --output plans.tar "$folder/plans.tar.gpg"
  tar --list --file plans.tar > names
  for kind in json tfplan lock.hcl; do
    if grep --quiet --fixed-strings --line-regexp -- "plans/$stack.$kind" names; then
      tar --extract --to-stdout --file plans.tar -- "plans/$stack.$kind" > opened
      mv opened "plans/$stack.$kind"
    fi
  done
  rm plans.tar
done
echo "digests=$digests" >> "$GITHUB_OUTPUT"
