# The package with its dependencies, and what it is.
mkdir package
(
  cd "$FOLDER"
  poetry export --only main --output requirements.txt
  pip install --quiet --no-deps --requirement requirements.txt --target ../built
  cp -R app ../built/
)
(cd built && zip --quiet --recurse-paths -X ../package/lambda.zip .)
jq --null-input '{commit: env.COMMIT, folder: env.FOLDER}' > package/metadata.json
