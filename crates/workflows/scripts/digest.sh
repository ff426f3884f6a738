# Says which program was built, for the jobs that run it: an artifact is what was kept last under its name.
echo "digest=$(sha256sum "$PROGRAM" | cut -d ' ' -f 1)" >> "$GITHUB_OUTPUT"
