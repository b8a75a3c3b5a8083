#compdef kosmo
# Completion for kosmo in zsh. Put it in a folder of $fpath as _kosmo, or load it with:
# source <(kosmo completions zsh)
_kosmo() {
    local -a values shown
    local value about
    while IFS=$'\t' read -r value about; do
        values+=("$value")
        shown+=("$value  -- $about")
    done < <(kosmo __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( $#values )); then
        if [[ $values[1] == *= ]]; then
            compadd -l -S '' -d shown -a values
        else
            compadd -l -d shown -a values
        fi
    else
        _files
    fi
}
if [[ $funcstack[1] == _kosmo ]]; then
    _kosmo "$@"
else
    compdef _kosmo kosmo
fi
