# Waits for one input and becomes the script in function.sh: the input is $1 as text and standard input as
# JSON. What the script writes to descriptor 3 is its value. If it defines `run`, that is called.
__place=$1
# From a file, because from a pipe `read` takes byte by byte.
cat >.input
if [[ ! -s .input ]]; then
  exec "$BASH" -n function.sh
fi
{
  IFS= read -r __json
  IFS= read -r -d '' __text
} <.input
rm .input
exec 3>"$__place"
set -- "$__text"
unset __place __text
. ./function.sh <<<"$__json"
if declare -F run >/dev/null; then
  run "$1" <<<"$__json"
fi
