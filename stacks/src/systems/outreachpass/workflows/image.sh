# `next build` writes NEXT_PUBLIC_API_URL into what browsers load: without the argument the image would call nothing.
grep --quiet '^ARG NEXT_PUBLIC_API_URL' frontend/Dockerfile || {
  echo '::error::frontend/Dockerfile has no line ARG NEXT_PUBLIC_API_URL'
  exit 1
}
docker buildx build --pull --load --cache-from type=local,src=layers --cache-to type=local,dest=layers,mode=max \
  --build-arg "NEXT_PUBLIC_API_URL=$API_URL" --tag "$IMAGE$COMMIT" frontend
