# By the command line of Codecov, which reads the token from CODECOV_TOKEN, and commit and branch from GitHub's variables.
if [ -z "$CODECOV_TOKEN" ]; then
  echo 'CODECOV_TOKEN is not set: the coverage is in the summary and an artifact of the run'
  exit 0
fi
pip install --quiet codecov-cli==11.3.1
codecovcli upload-process --fail-on-error --disable-search --flag "$SERVICE" --file "$FOLDER/coverage.xml"
