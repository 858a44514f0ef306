//! Bash.

use super::harness::{Probe, Stage, probe, reading};

const PROBES: &[Probe] = &[
    probe("output", "echo out; echo err >&2"),
    probe("nothing", ""),
    probe("names", "echo $0 $# \"$@\" ${BASH_SOURCE[@]} $LINENO ${#FUNCNAME[@]} $BASH $SHLVL"),
    probe("last argument", "echo $_"),
    probe("options", "echo $-; set -o; shopt; echo $SHELLOPTS"),
    probe(
        "variables",
        "set | grep -vE '^(BASHPID|EPOCH.*|SRANDOM|RANDOM|PPID|BASH_ARGC|SECONDS|PIPESTATUS|_)='",
    ),
    probe(
        "functions and aliases",
        "declare -F; alias; trap; jobs; hash; complete; declare -p | wc -l",
    ),
    probe("environment", "env | grep -v ^_= | sort; export -p; pwd; umask"),
    probe("descriptors", "ls /proc/$$/fd; ls -l /proc/self/fd | wc -l"),
    probe("limits", "(ulimit -a; ulimit -Ha) | grep -v locks"),
    probe("status", "echo $? \"$!\" $SECONDS"),
    probe(
        "process",
        "[[ $$ == $BASHPID ]] && echo same; cut -d' ' -f5,6 /proc/$$/stat | tr ' ' '\\n' | grep -cx $$",
    ),
    probe("unknown command", "nonsense; echo $?"),
    probe("syntax error", "echo one\nif then\n"),
    probe("unbalanced", "echo 'one\n"),
    probe("unset variable", "set -u; echo $nothing; echo never"),
    probe("failing command", "set -e; echo one; false; echo never"),
    probe("error in a function", "f() {\n  nonsense\n  caller 0\n}\nf"),
    probe("trace", "set -x; echo one; x=$(echo two); PS4='$LINENO '; echo $x"),
    probe("exit code", "exit 7"),
    probe("exit code of the last", "(exit 9)"),
    probe("signal to itself", "kill -TERM $$; sleep 1"),
    probe("killed", "kill -9 $$"),
    probe("traps", "trap 'echo bye $?' EXIT; trap 'echo usr1' USR1; kill -USR1 $$; exit 3"),
    probe("error trap", "trap 'echo failed at $LINENO' ERR; false; true"),
    probe(
        "arrays",
        "declare -A a=([x]=1); b=(1 2 3); echo ${a[x]} ${b[@]:1} ${#b[@]}; declare -p b",
    ),
    probe("substitution", "cat <(echo one); x=$(echo two; exit 5); echo $x $?"),
    probe("background", "sleep 0.01 & wait $!; echo $?; (echo sub; echo $BASH_SUBSHELL)"),
    probe("here document", "cat <<E\n$0 $((1 + 2))\nE"),
    probe(
        "pipes",
        "seq 5 | while read n; do echo $((n * n)); done; false | true; echo ${PIPESTATUS[@]}",
    ),
    probe("sibling", ". ./dir/sibling.sh; echo $VALUE; hello"),
    probe("itself", "[ \"$1\" ] && { echo again $0 $1; exit 2; }; bash \"$0\" argument; echo $?"),
    probe("another shell", "bash -c 'echo $0 $BASH_ENV $-'; sh -c 'echo $0'"),
    probe("replaced", "exec sh -c 'ls /proc/self/fd; exit 4'"),
    probe("directory", "cd /; pwd; echo $OLDPWD; cd -; echo ~"),
    probe("terminal", "[ -t 0 ]; echo $?; [ -t 1 ]; echo $?; tput cols 2>/dev/null; echo $TERM"),
    probe("no input", "read x; echo $? \"[$x]\"; cat; ls -l /proc/$$/fd/0 | sed 's/.* -> //'"),
    reading("lines of input", "one\ntwo", "read x; echo \"[$x]\"; cat"),
    reading("input for others", "one\ntwo\n", "wc -l; read x; echo $?"),
    reading("input unread", "one\n", "echo ignored"),
    probe(
        "patterns",
        "[[ abc =~ b(.) ]] && echo ${BASH_REMATCH[@]}; shopt -s nullglob; echo /no/such*",
    ),
];

const SIBLING: &str = "VALUE=7\nhello() { echo hello from ${BASH_SOURCE[0]} ${FUNCNAME[0]}; }\n";

#[tokio::test]
async fn no_bash_program_can_tell() {
    let Some(stage) = Stage::new("bash").await else { return };
    stage.write(&"dir/sibling.sh".parse().unwrap(), SIBLING).await;
    let path = "dir/probe.sh".parse().unwrap();
    stage.compare(&path, PROBES).await;
}
