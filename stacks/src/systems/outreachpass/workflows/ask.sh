# A new version that nobody calls cannot be judged: it is asked four times a minute while it is watched.
(
  set +e
  while true; do
