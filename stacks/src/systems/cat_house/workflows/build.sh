# An image of the commit, named so that whoever looks at it finds the source.
docker build --pull --tag "$IMAGE:$COMMIT" --label "org.opencontainers.image.revision=$COMMIT" "$FOLDER"
