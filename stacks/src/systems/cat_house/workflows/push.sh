# Tags are letters, digits and a few signs; a branch's name may be anything.
branch=$(printf '%s' "$BRANCH" | LC_ALL=C tr -c 'A-Za-z0-9_.-' '-' | cut -c 1-100)
aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"
for tag in "$COMMIT" "branch-$branch" latest; do
  docker tag "$IMAGE:$COMMIT" "$IMAGE:$tag"
  docker push --quiet "$IMAGE:$tag"
done
