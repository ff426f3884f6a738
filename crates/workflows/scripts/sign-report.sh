# What the comment says of a stack is what the job that plans it has seen: the report is signed as plans are. No stack has a
# name with a space.
umask 077
if [ ! -s report.json ]; then exit 0; fi
digest=$(sha256sum report.json | cut -d ' ' -f 1)
printf '%s\n' "$GITHUB_REPOSITORY" "$GITHUB_RUN_ID" "$GITHUB_RUN_ATTEMPT" "$HEAD_SHA" "report of $STACK" "$digest" > statement
printf '%s\n' "$PLAN_SIGNING_KEY" > signing.pem
openssl pkeyutl -sign -rawin -inkey signing.pem -in statement -out report.sig
rm signing.pem
