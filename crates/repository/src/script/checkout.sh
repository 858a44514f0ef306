safe_git reset --quiet --hard "$commit"
# Directories without rights stop git.
safe_git clean -ffdxq || {
  chmod -R u+rwX .
  safe_git clean -ffdxq
}
