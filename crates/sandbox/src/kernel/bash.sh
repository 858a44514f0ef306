# Read by each kept program of bash before its own text (BASH_ENV): brings back what the one before left,
# and sees to it that this one leaves the same. Nothing here may show in what a program prints, whatever
# options it sets; so what runs at its end runs in a group whose error output is closed.

# Two files take turns, and a third, which only grows, ends with the number of the last that is whole.
__runbook_save() {
  builtin set +o >|"$__runbook_state/options.$__runbook_turn"
  builtin set +euxvf
  __runbook_forget || builtin return "$1"
  {
    builtin unset -f __runbook_save __runbook_forget trap
    builtin unset -v __runbook_given __runbook_secret
    builtin unset RANDOM SRANDOM SECONDS LINENO EPOCHSECONDS EPOCHREALTIME DIRSTACK HISTCMD
    builtin declare -f
    builtin alias -p
    builtin shopt -p
    builtin declare -p
    builtin printf 'builtin cd -- %q\n' "$PWD"
    builtin umask -p
  } >|"$__runbook_state/state.$__runbook_turn"
  builtin printf %s "$__runbook_turn" >>"$__runbook_state/last"
  builtin return "$1"
}

# Takes away what this program was given, and what holds a value that is secret. What cannot be taken away
# keeps all of it from being written.
__runbook_forget() {
  builtin local IFS=$' \t\n' __runbook_name __runbook_value __runbook_held
  for __runbook_name in $__runbook_secret; do
    __runbook_value=${!__runbook_name}
    [ -n "$__runbook_value" ] || continue
    for __runbook_held in $(builtin compgen -A variable); do
      case $__runbook_held in __runbook_* | IFS) continue ;; esac
      builtin local -n __runbook_content=$__runbook_held
      if [[ ${__runbook_content[*]} == *"$__runbook_value"* ]]; then
        builtin unset -n __runbook_content
        builtin unset -v "$__runbook_held" || builtin return 1
      fi
      builtin unset -n __runbook_content
    done
  done
  for __runbook_name in $__runbook_given; do
    builtin unset -v "$__runbook_name" || builtin return 1
  done
}

# Leaves what happens at the end to us, with the program's own wishes after it.
trap() {
  case ${1-} in
  '' | -l | -p*) builtin trap "$@"; builtin return ;;
  --) builtin shift ;;
  esac
  builtin local "__runbook_action=$1" __runbook_signal
  [ $# -eq 1 ] && __runbook_action=-
  [ $# -gt 1 ] && builtin shift
  for __runbook_signal; do
    case $__runbook_signal in
    0 | EXIT | exit | SIGEXIT)
      [ "$__runbook_action" = - ] && __runbook_action=
      builtin trap "{ __runbook_save \$?; } 2>/dev/null; $__runbook_action" EXIT
      ;;
    *) builtin trap -- "$__runbook_action" "$__runbook_signal" ;;
    esac
  done
}

__runbook_state=${BASH_ENV%/*} __runbook_turn=
__runbook_given=${RUNBOOK_GIVEN-} __runbook_secret=${RUNBOOK_SECRET-} __runbook_beside=${RUNBOOK_BESIDE-}
unset BASH_ENV RUNBOOK_GIVEN RUNBOOK_SECRET RUNBOOK_BESIDE
# One that runs beside others finds what there is, and leaves nothing.
[ -n "$__runbook_beside" ] || builtin trap '{ __runbook_save $?; } 2>/dev/null' EXIT
{ builtin read -r __runbook_turn <"$__runbook_state/last"; } 2>/dev/null
__runbook_turn=${__runbook_turn: -1}
for __runbook_name in $__runbook_given; do
  builtin printf -v "__runbook_value_$__runbook_name" %s "${!__runbook_name}"
done
[ -z "$__runbook_turn" ] || . "$__runbook_state/state.$__runbook_turn" 2>/dev/null
for __runbook_name in $__runbook_given; do
  __runbook_value=__runbook_value_$__runbook_name
  builtin export "$__runbook_name=${!__runbook_value}"
  builtin unset -v "$__runbook_value"
done
[ -z "$__runbook_beside" ] || builtin unset -f trap __runbook_save __runbook_forget
builtin unset -v __runbook_name __runbook_value __runbook_beside
# Last, since nothing after it is to be traced. The one before had the other number.
if [ -n "$__runbook_turn" ]; then
  __runbook_turn=$((1 - __runbook_turn))
  . "$__runbook_state/options.$((1 - __runbook_turn))"
else
  __runbook_turn=0
fi
