echo "hello {{ .inputs.Name }}"
. ./more.sh
