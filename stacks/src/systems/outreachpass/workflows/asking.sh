    sleep 15
  done
) > asked.txt 2>&1 &
asking=$!
trap 'kill "$asking" || true' EXIT
