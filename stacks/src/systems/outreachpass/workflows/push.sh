# By the commit, and as the latest of the environment.
registry=${IMAGE%%/*}
aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
docker push --quiet "$IMAGE$COMMIT"
docker tag "$IMAGE$COMMIT" "${IMAGE}latest"
docker push --quiet "${IMAGE}latest"
