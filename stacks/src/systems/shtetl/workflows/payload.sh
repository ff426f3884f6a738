# The payload is text of another repository: it has to look like what it is, before anything uses it.
[[ "$SERVICE" =~ ^[a-z][a-z0-9,-]{0,199}$ ]] || { echo '::error::the payload names no service'; exit 1; }
[[ "$COMMIT" =~ ^[0-9a-f]{40}$ ]] || { echo '::error::the payload names no commit'; exit 1; }
[ "$ENVIRONMENT" = "$EXPECTED_ENVIRONMENT" ] || { echo '::error::the payload is for another environment'; exit 1; }
[ "$API_URL" = "$EXPECTED_URL" ] || { echo '::error::the payload is for another address'; exit 1; }
