# A builder that can keep layers in a folder, which Docker's own cannot.
docker buildx create --driver docker-container --driver-opt image=moby/buildkit:v0.25.1 --use
