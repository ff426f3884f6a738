# Opens every sealed plan that was brought into `sealed`.
for sealed in sealed/*/plans.tar.gpg; do
  printf '%s' "$PLAN_KEY" | gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 0 --decrypt --output plans.tar "$sealed"
  tar --extract --file plans.tar
  rm plans.tar
done
