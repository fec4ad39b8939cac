# Formats or checks one draft in Kakoune, the way a user would, and writes down what came of it.
# `run` says by the environment what to do and compares.
#
#   METHOD  format or lint
#   RESULT  the file to write to

# The findings come from a process of their own, when it is done.
hook global -once BufSetOption lint_messages=.* %{
    nop %sh{
        eval set -- "$kak_quoted_opt_lint_messages"
        shift # the time
        for messages do
            printf '%s\n' "${messages#*|}" |
                sed "s/^\([a-z]*\): \[\([^]]*\)\].*/${messages%%|*} \1 \2/"
        done | sort -n -s -k 1,1 >"$RESULT"
    }
    kill!
}

evaluate-commands %sh{
    if [ "$METHOD" = lint ]; then
        echo lint
        exit
    fi
    echo 'try %{ format }'
    # Whether the draft was touched, and how many changes can be undone.
    echo 'nop %sh{
        [ "$kak_modified" = false ] && echo 0 >"$RESULT.touched"
        echo "$kak_history_id" >>"$RESULT.touched"
    }'
    echo "write '$RESULT'"
    echo 'kill!'
}
