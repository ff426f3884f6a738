# A version is the full id of a commit: nothing else names one image for ever.
[[ "$VERSION" =~ ^[0-9a-f]{40}$ ]] || { echo '::error::the version is not the full id of a commit'; exit 1; }
[[ "$ACCOUNT" =~ ^[0-9]{12}$ ]] || { echo '::error::the settings name no account'; exit 1; }
echo "deploying $VERSION" >> "$GITHUB_STEP_SUMMARY"
