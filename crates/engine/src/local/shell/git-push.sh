# What GitPullRequest runs before it asks the forge. Its values come by the environment, so that nothing of them is code.
# It knows the branches that it made by a note in the clone's configuration, and goes on with them.
set -euo pipefail

refuse() {
  log_error "$*"
  exit 1
}

# The token is shown to this site only, and to no hook of a commit.
site=${PUSH_SITE-} user=${PUSH_USER-} block=$PUSH_BLOCK
branch=$PUSH_BRANCH message=$PUSH_MESSAGE default=${PUSH_DEFAULT-} name=${PUSH_NAME-} email=${PUSH_EMAIL-}
token=${PUSH_TOKEN_NAME:+${!PUSH_TOKEN_NAME-}}
unset PUSH_SITE PUSH_USER PUSH_BLOCK PUSH_BRANCH PUSH_MESSAGE PUSH_DEFAULT PUSH_NAME PUSH_EMAIL PUSH_TOKEN_NAME

remote() (
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$site.extraHeader" GIT_TERMINAL_PROMPT=0
  GIT_CONFIG_VALUE_0="Authorization: Basic $(printf %s "$user:$token" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_0
  git -c protocol.ext.allow=never -c http.followRedirects=false "$@"
)

note() { git config --get "branch.$1.runbook-$2" || true; }
is_there() { git rev-parse --verify --quiet "$1" >/dev/null; }

(
  cd -- "$REPO_FILES"
  unset RUNBOOKS_GITHUB_TOKEN GITHUB_TOKEN GH_TOKEN GH_ENTERPRISE_TOKEN GITHUB_ENTERPRISE_TOKEN
  unset RUNBOOKS_GITLAB_TOKEN GITLAB_TOKEN GITLAB_ACCESS_TOKEN
  if [[ -z $(git config user.email || true) ]]; then
    export GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$email GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$email
  fi

  current=$(git symbolic-ref --quiet --short HEAD || true)
  if [[ -z $branch && -n $current && $(note "$current" block) == "$block" ]]; then branch=$current; fi
  [[ -n $branch ]] || branch=runbook/$(date -u +%Y%m%d-%H%M%S)
  git check-ref-format "refs/heads/$branch" && [[ $branch != -* ]] || refuse "$branch is no name for a branch; choose another one"

  if ! is_there HEAD; then
    log_info "the repository is empty, so it gets a first commit"
    # Not every server says how its first branch is to be called.
    current=${default:-$current}
    git symbolic-ref HEAD "refs/heads/$current"
    git commit --quiet --allow-empty --message "Initial commit"
    remote push --quiet origin "HEAD:refs/heads/$current"
  fi

  if [[ $(note "$branch" block) == "$block" ]] && is_there "refs/heads/$branch"; then
    [[ $current == "$branch" ]] || git checkout --quiet "$branch" --
    base=$(note "$branch" base)
  else
    if is_there "refs/heads/$branch" || [[ -n $(remote ls-remote origin "refs/heads/$branch") ]]; then
      refuse "there is a branch $branch already; choose another name"
    fi
    base=$(note "$current" base)
    [[ -n $base ]] || base=$current
    is_there "refs/remotes/origin/$base" || base=$default
    git checkout --quiet -b "$branch"
    git config "branch.$branch.runbook-block" "$block"
    git config "branch.$branch.runbook-base" "$base"
  fi

  git add --all
  if ! git diff --cached --quiet; then
    printf %s "$message" | git commit --quiet --file -
  elif is_there "refs/remotes/origin/$base" && [[ $(git rev-list --count "refs/remotes/origin/$base..HEAD") == 0 ]]; then
    log_info "nothing has changed, so the commit is empty"
    printf %s "$message" | git commit --quiet --allow-empty --file -
  fi

  pushed=no
  if [[ $(git rev-parse HEAD) != $(git rev-parse --verify --quiet "refs/remotes/origin/$branch" || true) ]]; then
    # What git says while it pushes is no error.
    remote push --set-upstream origin "HEAD:refs/heads/$branch" 2>&1
    pushed=yes
  fi
  printf 'branch=%s\nbase=%s\npushed=%s\n' "$branch" "$base" "$pushed" >"$RUNBOOK_OUTPUT"
)
