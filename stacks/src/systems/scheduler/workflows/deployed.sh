# The newest migration of what is deployed: of the branch that a pull request is for, or of the commit before the push.
if [ -n "$BASE" ]; then
  base="origin/$BASE"
else
  base=$BEFORE
fi
# A new branch has nothing before it, and a repository that begins has no migrations.
files=$(git ls-tree --name-only "$base" db/migrations/ 2> /dev/null || true)
version=$(sed -n 's|^db/migrations/0*\([0-9]\{1,\}\)_.*\.up\.sql$|\1|p' <<< "$files" | sort -n | tail -n 1)
echo "version=${version:-0}" >> "$GITHUB_OUTPUT"
