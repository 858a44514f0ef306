__runbook_env=$(command -v env)
__runbook_handler=

__runbook_keep() {
  "$__runbook_env" -0 >|"$__runbook_at/env" && command pwd >|"$__runbook_at/cwd"
}

__runbook_leave() {
  __runbook_status=$?
  { set +eux; } 2>/dev/null
  __runbook_keep
  if [ -n "$__runbook_handler" ]; then
    # The handler may end the shell, so what is there now was noted before.
    (exit "$__runbook_status")
    eval "$__runbook_handler"
    __runbook_keep
  fi
  exit "$__runbook_status"
}

# `trap` of the script: its handler of EXIT is kept beside ours, all else is the shell's.
__runbook_trap() {
  if [ "$#" -eq 0 ] || [ "$1" = -p ]; then
    command trap >|"$__runbook_at/traps"
    __runbook_traps <"$__runbook_at/traps"
    return
  fi
  if [ "$1" = -l ] || __runbook_is_subshell; then
    command trap "$@"
    return
  fi
  [ "$1" != -- ] || shift
  __runbook_action=-
  case ${1-} in
  *[!0-9]* | '')
    if [ "$#" -gt 1 ]; then
      __runbook_action=$1
      shift
    fi
    ;;
  esac
  for __runbook_signal in "$@"; do
    case $__runbook_signal in
    0 | EXIT | exit | SIGEXIT)
      __runbook_handler=$__runbook_action
      [ "$__runbook_action" != - ] || __runbook_handler=
      ;;
    *) command trap -- "$__runbook_action" "$__runbook_signal" || return ;;
    esac
  done
}

# What the shell says of its traps, with the script's handler in the place of ours.
__runbook_traps() {
  while IFS= read -r __runbook_line; do
    case $__runbook_line in
    *__runbook_leave*) [ -z "$__runbook_handler" ] || __runbook_show ;;
    *) printf '%s\n' "$__runbook_line" ;;
    esac
  done
}

__runbook_log() {
  __runbook_level=$1
  shift
  printf '[%s] [%s] %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$__runbook_level" "$*"
}
log_info() { __runbook_log INFO " $*"; }
log_warn() { __runbook_log WARN " $*"; }
log_error() { __runbook_log ERROR "$*"; }
log_debug() { [ "${DEBUG-}" != true ] || __runbook_log DEBUG "$*"; }
