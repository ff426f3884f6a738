# Plans contain sensitive values and artifacts can be read by whoever reads the repository: they are kept encrypted.
# That what is opened later was sealed by somebody with the key is a second use of it.
tar --create --file plans.tar plans
printf '%s' "$PLAN_KEY" | gpg --batch --yes --quiet --pinentry-mode loopback --passphrase-fd 0 --symmetric --cipher-algo AES256 --output plans.tar.gpg plans.tar
rm plans.tar
