# SPDX-License-Identifier: BSD-2-Clause
# Completion of headgatectl for bash. Commands and options are those of --help;
# neighbors, VIPs and next hops are those of the agent.

# The values of a field in the list WHAT of the agent: WHAT FIELD.
_headgatectl_ask()
{
	"${_headgatectl_command[@]}" -j show "$1" 2>/dev/null |
		grep -o "\"$2\":\"[^\"]*\"" | cut -d '"' -f 4 | sort -u
}

_headgatectl_neighbors()
{
	_headgatectl_ask neighbors address
}

_headgatectl_vips()
{
	_headgatectl_ask counters prefix
}

_headgatectl_nexthops()
{
	_headgatectl_ask nexthops address
}

_headgatectl_help()
{
	"${_headgatectl_command[0]}" --help 2>/dev/null
}

_headgatectl_options()
{
	_headgatectl_help | sed '/^Commands:/,$d' |
		grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'
}

_headgatectl_commands()
{
	_headgatectl_help | sed '1,/^Commands:/d; /^$/,$d' |
		grep -oE '^  [a-z]+' | sort -u
}

_headgatectl_lists()
{
	_headgatectl_help | sed '1,/^show WHAT:/d; /^$/,$d' |
		grep -oE '^  [a-z]+' | sort -u
}

# The words that may stand behind those given: a command and its words.
_headgatectl_next()
{
	case "$*" in
	"") _headgatectl_commands ;;
	show) _headgatectl_lists ;;
	"show neighbor" | "show routes from" | "show routes to")
		_headgatectl_neighbors ;;
	"show routes") printf '%s\n' from to ;;
	"show route") _headgatectl_vips ;;
	explain) echo flow; _headgatectl_vips ;;
	neighbor) _headgatectl_neighbors ;;
	"neighbor "*" refresh") printf '%s\n' in out ;;
	"neighbor "*" "*) ;;
	"neighbor "*)
		printf '%s\n' shutdown enable restart clear refresh ;;
	drain | undrain) _headgatectl_nexthops; _headgatectl_neighbors ;;
	esac
}

# The values of an option. False: it takes none.
_headgatectl_value()
{
	case $1 in
	--vip) _headgatectl_vips ;;
	--nexthop) _headgatectl_nexthops ;;
	--neighbor) _headgatectl_neighbors ;;
	--interface) ls /sys/class/net ;;
	--severity) printf '%s\n' error warning info ;;
	-s | --socket | --pcap) compgen -f -- "$2" ;;
	-n | --count | --event | --limit | --from | --rate | --reason | --for | --confirm) ;;
	*) return 1 ;;
	esac
}

_headgatectl()
{
	local cur cword i word found given=() _headgatectl_command
	local -a words

	_get_comp_words_by_ref -n : cur words cword
	_headgatectl_command=("${words[0]}")
	for ((i = 1; i < cword; i++)); do
		word=${words[i]}
		case $word in
		-s | --socket)
			_headgatectl_command+=(-s "${words[i + 1]}")
			((i++)) ;;
		-*) _headgatectl_value "$word" "" >/dev/null && ((i++)) ;;
		*) given+=("$word") ;;
		esac
	done
	if found=$(_headgatectl_value "${words[cword - 1]}" "$cur"); then
		:
	elif [[ $cur == -* ]]; then
		found=$(_headgatectl_options)
	elif [[ ${given[0]} == @(capture|dump) ]]; then
		found=$(compgen -f -- "$cur")
	else
		found=$(_headgatectl_next "${given[@]}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$found" -- "$cur")
	__ltrim_colon_completions "$cur"
}

complete -F _headgatectl headgatectl
