# The commit that passed becomes the submodule's. The branch takes pull requests only, and so this is one.
repository=repos/$GITHUB_REPOSITORY
branch=submodule/$SUBMODULE
base=$(gh api "$repository/git/ref/heads/$BASE" --jq .object.sha)
BEFORE=$(gh api "$repository/git/commits/$base" --jq .tree.sha)
export BEFORE
tree=$(jq --null-input '{base_tree: env.BEFORE, tree: [{path: env.SUBMODULE, mode: "160000", type: "commit", sha: env.COMMIT}]}' |
  gh api --method POST "$repository/git/trees" --input - --jq .sha)
if [ "$tree" = "$BEFORE" ]; then exit 0; fi
commit=$(gh api --method POST "$repository/git/commits" --raw-field message="Take $SUBMODULE at $COMMIT" \
  --raw-field tree="$tree" --raw-field "parents[]=$base" --jq .sha)
gh api --method PATCH "$repository/git/refs/heads/$branch" --raw-field sha="$commit" --field force=true --silent ||
  gh api --method POST "$repository/git/refs" --raw-field ref="refs/heads/$branch" --raw-field sha="$commit" --silent
open=$(gh pr list --repo "$GITHUB_REPOSITORY" --head "$branch" --base "$BASE" --json number --jq length)
if [ "$open" = 0 ]; then
  gh pr create --repo "$GITHUB_REPOSITORY" --head "$branch" --base "$BASE" --title "Take $SUBMODULE as it was deployed" \
    --body "The tests across services passed with the commit that this takes."
fi
