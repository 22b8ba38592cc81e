# SPDX-License-Identifier: GPL-2.0
# fish completion for tcopyctl. What there is to complete the program says itself, by --help, out of its
# table of commands.

function __tcopyctl_parts --description 'program, command (or nothing) and -n NAME, in globals'
    set -l words (commandline -opc)
    set -g __tcopyctl_program $words[1]
    set -g __tcopyctl_command
    set -g __tcopyctl_netns
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case -n --netns
                set -g __tcopyctl_netns -n $words[2]
                set -e words[1]
            case '--netns=*'
                set -g __tcopyctl_netns -n (string replace -- --netns= '' $words[1])
            case '-*'
            case '*'
                set -g __tcopyctl_command $words[1]
                return
        end
        set -e words[1]
    end
end

function __tcopyctl_values --argument-names value --description 'what a value called so may be'
    switch $value
        case 'ID*' 'NAME|ID*'
            $__tcopyctl_program $__tcopyctl_netns -j -p show-targets 2>/dev/null | string replace -rf '^ *"(?:id|name)": "?([^",]+)"?,?$' '$1'
        case 'PORT|all'
            $__tcopyctl_program $__tcopyctl_netns -j -p show-intercepts 2>/dev/null | string replace -rf '^ *"port": ([0-9]+),?$' '$1'
        case 'FILE*' '*|FILE*'
            __fish_complete_path (commandline -ct)
        case 'NAME --dev'
            string replace /sys/class/net/ '' /sys/class/net/*
        case 'NAME --netns'
            test -d /run/netns; and command ls /run/netns
    end
    # the lower-case words of A|B|c are to be typed as they stand
    string split '|' (string split -f1 ' ' $value) | string match -r '^[a-z][a-z-]*$'
end

function __tcopyctl_complete
    __tcopyctl_parts
    set -l help ($__tcopyctl_program $__tcopyctl_command --help 2>/dev/null)
    set -l usage $help[1]
    set -l before (commandline -opc)[-1]
    set -l prefix
    set -l word (commandline -ct)
    if string match -q -- '--*=*' $word
        set before (string split -m1 = -- $word)[1]
        set prefix $before=
    end
    string match -q -- -n $before; and set before --netns
    if string match -q -- '--*' $before
        set -l values (printf '%s\n' $help | string replace -rf -- "^(?:usage:.*\[|  (?:-n, )?)$before ([^] ]+).*" '$1')
        if set -q values[1]
            for v in $values
                contains -- $before --dev --netns; and set v "$v $before"
                __tcopyctl_values $v | string replace -r -- '^' "$prefix"
            end
            return
        else if test $before = --netns
            __tcopyctl_values 'NAME --netns'
            return
        end
    end
    if string match -q -- '-*' $word; or test -z "$__tcopyctl_command"
        printf '%s\n' $help | string replace -rf '^  (?:-[a-z], )?(--[a-z][a-z-]*)(?: [^ ]+)?  +(.*)' '$1\t$2'
        string match -ar -- '(?<=\[)--[a-z][a-z-]*' $usage
        if test -n "$__tcopyctl_command"
            printf '%s\t%s\n' --json 'print JSON' --pretty 'with line breaks' --netns 'in this network namespace' --help 'say what there is'
        else
            set -l at (contains -i -- commands: $help)
            for line in $help[(math $at + 1)..]
                test -z "$line"; and break
                string replace -rf '^  ([a-z][a-z-]*) +(.*)' '$1\t$2' $line
            end
        end
        return
    end
    # the word behind the command
    set -l value (string replace -rf "^usage: tcopyctl $__tcopyctl_command ([A-Z][^ ]*).*" '$1' $usage)
    set -q value[1]; and __tcopyctl_values $value
end

complete -c tcopyctl -f -a '(__tcopyctl_complete)'
