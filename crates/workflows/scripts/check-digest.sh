# Lets the program run if it is the one that was built: a job that has code of a pull request could have kept another.
if ! printf '%s  %s\n' "$DIGEST" "$PROGRAM" | sha256sum --check --status; then
  echo '::error::the artifact is not the program that was built for this run'
  exit 1
fi
chmod +x "$PROGRAM"
