# Of a pull request, what its branch is for counts as deployed: each folder has versions of its own.
program=$PWD/tool/formwork-stacks
log=$PWD/deployed.json
echo '{}' > "$log"
base=$(mktemp -d)
git worktree add --quiet --detach "$base" "origin/$BASE"
cd "$base"
for folder in $FOLDERS; do
  # A repository that begins has no migrations.
  if [ -d "$folder" ]; then "$program" migrations log record "$folder" --all --log "$log"; fi
done
