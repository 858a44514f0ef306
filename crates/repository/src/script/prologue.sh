# Runs inside a sandbox, in the directory of a checkout. An agent may have changed all that is in its .git: git gets no
# setting from there, nor from the sandbox's user, and what fails here is made anew from a seed.
set -eu
unset GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
unset GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_EXTERNAL_DIFF GIT_SHALLOW_FILE GIT_NAMESPACE
# Named, so that git looks into no directory above and does not ask whose it is.
export GIT_DIR="$PWD/.git" GIT_WORK_TREE="$PWD"
export HOME=/nonexistent XDG_CONFIG_HOME=/nonexistent LC_ALL=C
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 GIT_LITERAL_PATHSPECS=1 GIT_ALLOW_PROTOCOL=

safe_git() {
  git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.attributesFile=/dev/null \
    -c core.excludesFile=/dev/null -c core.untrackedCache=false -c core.sparseCheckout=false -c gc.auto=0 \
    -c maintenance.auto=false -c submodule.recurse=false -c advice.addEmbeddedRepo=false "$@"
}

refuse() {
  printf '%s\n' "$*" >&2
  exit 3
}

# A directory, and no link to one.
is_directory() { [ -d "$1" ] && [ ! -L "$1" ]; }

# What a repository is, but for its objects: $1 is where, $2 the commit.
make_repository() {
  mkdir -p "$1/refs/heads"
  printf '%s' "$configuration" >"$1/config"
  printf '%s\n' "$2" >"$1/HEAD"
  if [ -f .git/shallow ] && [ ! -L .git/shallow ]; then cp .git/shallow "$1/shallow"; fi
}
