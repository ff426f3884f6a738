# The image that was given, or a new one; the script's last line has its id.
id=$GIVEN
if [ -z "$id" ]; then
  cargo build --release --locked
  (cd aws/ec2 && ./build-ami.sh) | tee build.log
  id=$(grep --only-matching 'ami-[0-9a-f]*' build.log | tail -n 1)
fi
[[ "$id" =~ ^ami-[0-9a-f]{8,17}$ ]] || { echo '::error::that is not the id of an image'; exit 1; }
echo "id=$id" >> "$GITHUB_OUTPUT"
