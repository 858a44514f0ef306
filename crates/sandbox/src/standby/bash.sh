# Read through BASH_ENV; afterwards bash opens the script by itself, as in a plain start.
printf . >&3
read -r __standby <&3 || exit 0
exec 3<&- 4<&-
[[ $__standby == null* ]] && exec </dev/null
unset __standby BASH_ENV
SECONDS=0
: "$BASH"
