# Plans contain sensitive values, and artifacts can be read by whoever reads the repository: they are kept encrypted. Where
# they come from is another matter: it is signed, with a key that nothing has but this job, together with the run, its
# attempt, the commit and the stack.
umask 077
tar --create --file plans.tar plans
printf '%s' "$PLAN_KEY" | gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 0 --symmetric --cipher-algo AES256 --output plans.tar.gpg plans.tar
rm plans.tar
digest=$(sha256sum plans.tar.gpg | cut -d ' ' -f 1)
printf '%s\n' "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" "$GITHUB_RUN_ATTEMPT" "$HEAD_SHA" "$STACK" "$digest" > statement
printf '%s\n' "$PLAN_SIGNING_KEY" > signing.pem
openssl pkeyutl -sign -rawin -inkey signing.pem -in statement -out plans.sig
rm signing.pem
