# Completion of quoth(1) for bash.

_quoth_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_quoth() {
	local word=${COMP_WORDS[COMP_CWORD]} command='' kind='' i
	local options='--config --check-config --demo --signals --help --version'

	COMPREPLY=()
	if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --config ]]; then
		_quoth_files "$word"
		return
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--config) i=$((i + 1)) ;;
		-*) ;;
		*) if [[ $command ]]; then kind=${COMP_WORDS[i]}; else command=${COMP_WORDS[i]}; fi ;;
		esac
	done
	case $command,$kind in
	,) mapfile -t COMPREPLY < <(compgen -W "$options import export backup" -- "$word") ;;
	import,) mapfile -t COMPREPLY < <(compgen -W 'fortune json' -- "$word") ;;
	import,* | backup,) _quoth_files "$word" ;;
	esac
}

complete -F _quoth quoth
