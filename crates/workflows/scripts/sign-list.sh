# What is not planned is not applied: the list of what is planned is signed as plans are, so that nothing can be taken out
# of it. No stack is called `*`.
umask 077
digest=$(sha256sum stacks.json | cut -d ' ' -f 1)
printf '%s\n' "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" "$GITHUB_RUN_ATTEMPT" "$HEAD_SHA" '*' "$digest" > statement
printf '%s\n' "$PLAN_SIGNING_KEY" > signing.pem
openssl pkeyutl -sign -rawin -inkey signing.pem -in statement -out stacks.sig
rm signing.pem
