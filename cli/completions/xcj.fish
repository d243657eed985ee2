# fish completion for xcj. What the tables say of a value is what `xcj VERB --help` shows: FILE, ALG, pem|der ...

# __xcj_verb VERB: is it the verb of the command line? Without a word: is there none yet?
function __xcj_verb
    set -l words (commandline -opc)
    test "$words[2]" = "$argv"
end

# __xcj_value VALUE: what it may be.
function __xcj_value
    set -l begun (string replace -r '^-[^=]*=' '' -- (commandline -ct))
    for kind in (string split '|' -- (string replace -ar '[][.]' '' -- $argv))
        switch $kind
            case KEY S V env:NAME
                if string match -q 'env:*' -- $begun
                    printf 'env:%s\n' (set --names --export)
                end
        end
        switch $kind
            case FILE KEY S
                __fish_complete_path $begun
            case DIR
                __fish_complete_directories $begun
            case @FILE V
                if string match -q '@*' -- $begun
                    printf '@%s\n' (__fish_complete_path (string sub -s 2 -- $begun))
                end
            case env:NAME
            case ALG
                printf '%s\n' $__xcj_algs
            case ALG,ALG
                printf '%s\n' (string replace -r '[^,]*$' '' -- $begun)$__xcj_algs
            case '*'
                string match -r '^[a-z].*' -- $kind
        end
    end
end

complete -c xcj -f
# TABLES
