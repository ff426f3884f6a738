# GitHub runs the files at the root of the repository: each has to be the one that was rendered and reviewed.
same=true
while IFS= read -r -d '' file; do
  if ! cmp -- "$RENDERED/$file" "$file"; then
    echo "::error file=$file::$file is not what the program renders: copy it from $RENDERED"
    same=false
  fi
done < <(cd "$RENDERED" && find .github -type f -print0)
$same
