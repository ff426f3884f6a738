# Trivy and TruffleHog from their own images, each at a fixed version.
docker run --rm --volume "$PWD:/src:ro" aquasec/trivy:0.67.2 filesystem --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed /src
docker run --rm --volume "$PWD:/src:ro" trufflesecurity/trufflehog:3.90.11 git file:///src --only-verified --fail
