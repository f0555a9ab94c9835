# Shared by the tests with real peers. Everything runs on 127.0.0.1, on ports that are free, and is
# waited for by reading what it prints; whatever was started is ended when the test ends.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
quoth=${QUOTH:-build/dev/bin/quoth}
folder=$(mktemp -d)
litter=("$folder") # what goes at the end
pids=()
finish() {
	local status=$?
	# What the shell says of jobs that were killed is no news.
	exec 2>/dev/null
	for pid in "${pids[@]}"; do
		kill -9 "$pid"
	done
	wait
	rm -rf "${litter[@]}"
	exit "$status"
}
trap finish EXIT

fail() {
	echo "FAILED: $1"
	exit 1
}

# A port that nobody listens on.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# expect FD SECONDS REGEX WHAT: reads lines until one matches, which is then $line. Every line is shown.
expect() {
	local by=$((SECONDS + $2)) begun=""
	while [ "$SECONDS" -lt "$by" ]; do
		if IFS= read -r -t 1 line <&"$1"; then
			line=$begun${line%$'\r'}
			begun=""
			echo "  [$1] $line"
			case "$line" in PING\ *) echo "PONG ${line#PING }" >&"$1" 2>/dev/null ;; esac
			[[ $line =~ $3 ]] && return 0
		elif [ $? -le 128 ]; then
			fail "$4: the end came instead"
		else
			begun+=$line # the time was up within a line
		fi
	done
	fail "$4: nothing like /$3/ within $2 s"
}

# start NAME COMMAND...: runs it; its output can be read from descriptor ${out[NAME]}, its process is
# ${pid[NAME]}.
declare -A out pid
start() {
	local name=$1 fd
	shift
	mkfifo "$folder/$name"
	"$@" >"$folder/$name" 2>&1 </dev/null &
	pid[$name]=$!
	pids+=($!)
	exec {fd}<"$folder/$name"
	rm "$folder/$name"
	out[$name]=$fd
}

# quoth_start NAME: Quoth with the configuration on standard input; in memory, with three quotes.
quoth_start() {
	{
		printf 'database = ""\nquotes = { "tests/app/sample" }\n'
		cat
	} >"$folder/$1.conf"
	start "$1" "$quoth" --config "$folder/$1.conf"
}

# join PORT NICK CHANNEL: an IRC client in the shell. Its connection is descriptor $irc.
join() {
	exec {irc}<>"/dev/tcp/127.0.0.1/$1" || fail "nobody listens at port $1"
	printf 'NICK %s\r\nUSER %s 0 * :%s\r\n' "$2" "$2" "$2" >&"$irc"
	expect "$irc" 20 '^:[^ ]+ 001 ' "$2 is let in"
	printf 'JOIN %s\r\n' "$3" >&"$irc"
	expect "$irc" 10 "^:[^ ]+ 366 $2 $3" "$2 has joined $3"
}

# ask FD CHANNEL: the bot answers !quote there, with a number in brackets or the like, whatever it is.
ask() {
	printf 'PRIVMSG %s :!quote\r\n' "$2" >&"$1"
	expect "$1" 20 "^:quoth![^ ]+ PRIVMSG $2 :." "an answer to !quote"
}

# ends NAME STATUS SECONDS: the process ends by itself with that status: its output ends first.
ends() {
	local by=$((SECONDS + $3)) status
	while [ "$SECONDS" -lt "$by" ]; do
		if IFS= read -r -t 1 line <&"${out[$1]}"; then
			echo "  [$1] $line"
		elif [ $? -le 128 ]; then
			wait "${pid[$1]}"
			status=$?
			[ "$status" = "$2" ] || fail "$1 ended with status $status instead of $2"
			return 0
		fi
	done
	fail "$1 did not end within $3 s"
}
