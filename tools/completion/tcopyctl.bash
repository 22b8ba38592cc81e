# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion for tcopyctl. What there is to complete the program says itself, by --help, out of its
# table of commands.

# the kernel's word for what there is now; nothing without the right to ask
_tcopyctl_now() {	# PROGRAM SHOW-COMMAND FIELD...
	local field
	"$1" "${netns[@]}" -j -p "$2" 2>/dev/null </dev/null | while read -r field; do
		case $field in
		"\"$3\": "* | "\"${4:-$3}\": "*)
			field=${field#*: }
			field=${field%,}
			printf '%s\n' "${field//\"/}"
			;;
		esac
	done
}

_tcopyctl() {
	local cur prev words cword command='' help usage i word value netns=()
	_init_completion -n := || return
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-n | --netns) netns=(-n "${words[++i]}") ;;
		--netns=*) netns=(-n "${words[i]#*=}") ;;
		-*) ;;
		*) command=${words[i]}; break ;;
		esac
	done
	help=$("$1" ${command:+"$command"} --help 2>/dev/null </dev/null) || return
	usage=${help%%$'\n'*}

	case $cur in
	--netns=*) prev=--netns cur=${cur#*=} ;;
	--*=*) prev=${cur%%=*} cur=${cur#*=} ;;
	esac
	case $prev in
	-n | --netns)
		mapfile -t COMPREPLY < <(compgen -W "$(cd /run/netns 2>/dev/null && echo ./* | sed 's|\./||g; s|^\*$||')" -- "$cur")
		return
		;;
	--*) value=$(sed -nE "s/^(usage:.*\[|  )$prev ([^] ]+).*/\2/p" <<<"$help" | tr '\n' '|') ;;
	esac
	if [ -z "$value" ] && [[ $cur == -* || -z $command ]]; then
		# options: a command's own stand in its usage line, or begin a line of its help
		value=$({ grep -oE -- '\[--[a-z][a-z-]*' <<<"$usage"; grep -oE -- '^  (-[a-z], )?--[a-z][a-z-]*' <<<"$help"; } |
			grep -oE -- '--[a-z][a-z-]*')
		[ -n "$command" ] || value+=" $(sed -n '/^commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help")"
		mapfile -t COMPREPLY < <(compgen -W "$value --json --pretty --netns --help" -- "$cur" | sort -u)
		return
	fi
	if [ -z "$value" ]; then
		# the word behind the command
		[[ $usage == "usage: tcopyctl $command "[A-Z]* ]] || return
		value=${usage#"usage: tcopyctl $command "}
		value=${value%% *}
	fi
	word=''
	case $value in
	ID* | NAME\|ID*) word=$(_tcopyctl_now "$1" show-targets id name) ;;
	PORT\|all) word=$(_tcopyctl_now "$1" show-intercepts port) ;;
	FILE* | *\|FILE*) _filedir; return ;;
	NAME*) [ "$prev" = --dev ] && word=$(cd /sys/class/net && echo *) ;;
	esac
	# the lower-case words of A|B|c are to be typed as they stand
	word+=" $(tr '|' '\n' <<<"$value" | grep -xE '[a-z][a-z-]*')"
	mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur" | sort -u)
}
complete -F _tcopyctl tcopyctl
