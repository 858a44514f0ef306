unset BASH_ENV

__runbook_is_subshell() { [ "$BASH_SUBSHELL" -gt 0 ]; }

__runbook_show() { printf 'trap -- %q EXIT\n' "$__runbook_handler"; }

trap() { __runbook_trap "$@"; }
builtin trap __runbook_leave EXIT
