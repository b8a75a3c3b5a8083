# Completion for kosmo in fish. Load it with: kosmo completions fish | source
function __kosmo_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (kosmo __complete -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c kosmo -f -a '(__kosmo_complete)'
