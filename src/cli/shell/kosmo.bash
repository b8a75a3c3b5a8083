# Completion for kosmo in bash. Load it with: source <(kosmo completions bash)
_kosmo() {
    # Bash cuts words at colons; the line itself still has them whole.
    local line=${COMP_LINE:0:COMP_POINT} words current value about
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]} - 1]}
    COMPREPLY=()
    while IFS=$'\t' read -r value about; do
        [[ $value == *= ]] && compopt -o nospace
        COMPREPLY+=("$value")
    done < <(kosmo __complete -- "${words[@]:1}" 2>/dev/null)
    # Bash replaces only what follows the last break, so what precedes it must go.
    local rest=${current##*[:=]}
    if [[ $current == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${current%"$rest"}"}")
    fi
}
complete -o bashdefault -o default -F _kosmo kosmo
