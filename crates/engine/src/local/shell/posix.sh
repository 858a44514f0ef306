# A shell of this kind lets no function have the name of `trap`, and expands aliases also in scripts. It does not
# say how deep it is, but its own entry in /proc does.
__runbook_pid=$$

__runbook_is_subshell() {
  read -r __runbook_self __runbook_rest </proc/self/stat
  [ "$__runbook_self" != "$__runbook_pid" ]
}

__runbook_show() { printf "trap -- '%s' EXIT\n" "$__runbook_handler"; }

command trap __runbook_leave EXIT
alias trap=__runbook_trap
