# Prints the tree of all files that are not ignored, and a pack of what the commit does not have of it. The repository
# in use is one that was made for this: it borrows the objects of .git and leaves it as it is.
is_directory .git && is_directory .git/objects || refuse "the checkout has no .git any more"
own=$(mktemp -d .git/snapshot.XXXXXX)
trap 'rm -rf "$own"' EXIT
make_repository "$own" "$commit"
mkdir -p "$own/objects/info"
printf '../../objects\n' >"$own/objects/info/alternates"
export GIT_DIR="$PWD/$own" GIT_INDEX_FILE="$PWD/$own/index"
# What is tracked stays tracked, even if it is ignored.
safe_git read-tree "$commit"
safe_git add --all
tree=$(safe_git write-tree)
printf '%s\n' "$tree"
# By its tree: git does not look into a commit to see what a tree has of it.
printf '%s\n^%s^{tree}\n' "$tree" "$commit" | safe_git pack-objects -q --revs --thin --stdout
