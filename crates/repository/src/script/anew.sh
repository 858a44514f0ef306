# Nothing of .git stays but its objects: hooks, configuration, branches, index and unfinished merges are gone.
is_directory .git && is_directory .git/objects || refuse "the checkout has no .git any more"
new=$(mktemp -d .git-new.XXXXXX)
make_repository "$new" "$commit"
mv .git/objects "$new/objects"
rm -f "$new/objects/info/alternates"
rm -rf .git
mv "$new" .git
