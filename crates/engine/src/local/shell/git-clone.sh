# What GitClone runs. Its values come by the environment, so that nothing of them is code.
set -euo pipefail

refuse() {
  log_error "$*"
  exit 1
}

[[ $CLONE_URL != -* && $CLONE_REF != -* ]] || refuse "an address or a reference does not begin with -"
address=${CLONE_URL%/}
address=${address%.git}
name=${address##*[/:]}
directory=${CLONE_INTO:-$name}
[[ -n $directory ]] || refuse "$CLONE_URL names no repository"
[[ ! -e $directory ]] || refuse "$directory is there already; name another directory, or remove it"

options=(--progress)
[[ -z $CLONE_REF ]] || options+=(--branch "$CLONE_REF")
[[ -z $CLONE_PART ]] || options+=(--filter=blob:none --sparse)

# The token of whoever signed in, for their site and this clone only: a shell of its own carries nothing on.
(
  site=${CLONE_SITE-} user=${CLONE_USER-} from=${CLONE_TOKEN_NAME-}
  if [[ -z $site ]]; then
    case $CLONE_URL in
    https://github.com/*) site=https://github.com/ user=x-access-token from=GITHUB_TOKEN ;;
    https://gitlab.com/*) site=https://gitlab.com/ user=oauth2 from=GITLAB_TOKEN ;;
    esac
  fi
  token=${from:+${!from-}}
  if [[ -n $token && $CLONE_URL == "$site"* ]]; then
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$site.extraHeader"
    GIT_CONFIG_VALUE_0="Authorization: Basic $(printf %s "$user:$token" | base64 | tr -d '\n')"
    export GIT_CONFIG_VALUE_0
  fi
  export GIT_TERMINAL_PROMPT=0
  git -c protocol.ext.allow=never clone "${options[@]}" -- "$CLONE_URL" "$directory"
  [[ -z $CLONE_PART ]] || git -C "$directory" sparse-checkout set -- "$CLONE_PART"
)

owner=${address%[/:]*}
{
  printf 'clone_path=%s\n' "$(cd -- "$directory" && pwd -P)"
  printf 'file_count=%s\n' "$(git -C "$directory" ls-files | wc -l | tr -d ' ')"
  printf 'ref=%s\n' "$(git -C "$directory" symbolic-ref --quiet --short HEAD || git -C "$directory" rev-parse --abbrev-ref HEAD)"
  printf 'repo_name=%s\n' "$name"
  printf 'repo_owner=%s\n' "${owner##*[/:]}"
  printf 'repo_url=%s\n' "$CLONE_URL"
} >>"$RUNBOOK_OUTPUT"
unset CLONE_URL CLONE_REF CLONE_PART CLONE_INTO CLONE_SITE CLONE_USER CLONE_TOKEN_NAME
