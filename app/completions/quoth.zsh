#compdef quoth
# Completion of quoth(1) for zsh.

_quoth() {
	local context state state_descr line
	typeset -A opt_args

	_arguments -S \
		'--config[read this configuration]:file:_files' \
		'--check-config[print what is wrong with the configuration]' \
		'--demo[show what there is on this machine]' \
		'(- *)--signals[show every signal with its fields]' \
		'(- *)--help[show the options]' \
		'(- *)--version[show the version]' \
		'1:command:((import\:"add quotes from files" export\:"write all quotes as JSON" backup\:"copy the database"))' \
		'*:: :->arguments'
	[[ $state == arguments ]] || return
	case $words[1] in
	import)
		_arguments '1:kind:((fortune\:"fortune files or folders" json\:"JSON Lines"))' '*:file:_files'
		;;
	backup) _arguments '1:file:_files' ;;
	esac
}

_quoth "$@"
