# Completion of quoth(1) for fish.

set -l commands import export backup

complete -c quoth -f
complete -c quoth -l config -r -F -d 'Read this configuration'
complete -c quoth -l check-config -d 'Print what is wrong with the configuration'
complete -c quoth -l demo -d 'Show what there is on this machine'
complete -c quoth -l signals -d 'Show every signal with its fields'
complete -c quoth -l help -d 'Show the options'
complete -c quoth -l version -d 'Show the version'
complete -c quoth -n "not __fish_seen_subcommand_from $commands" -a import -d 'Add quotes from files'
complete -c quoth -n "not __fish_seen_subcommand_from $commands" -a export -d 'Write all quotes as JSON'
complete -c quoth -n "not __fish_seen_subcommand_from $commands" -a backup -d 'Copy the database'
complete -c quoth -n '__fish_seen_subcommand_from import; and not __fish_seen_subcommand_from fortune json' \
	-a 'fortune json'
complete -c quoth -n '__fish_seen_subcommand_from fortune json backup' -F
