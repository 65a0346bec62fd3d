# SPDX-License-Identifier: BSD-2-Clause
# Completion of headgate for bash: the flags of --help, files and interfaces.

_headgate()
{
	local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local found

	case $before in
	--interface) found=$(ls /sys/class/net) ;;
	--config | --*-file | --bpffs | --control-socket)
		found=$(compgen -f -- "$cur") ;;
	*) found=$("${COMP_WORDS[0]}" --help 2>/dev/null |
		grep -oE '^  --[a-z-]+' | tr -d ' ') ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$found" -- "$cur")
}

complete -F _headgate headgate
