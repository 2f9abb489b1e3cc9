/// Corrections of the completion script for bash that the parser generates.
enum CompletionScript {
    /// Replacements of lines in the generated script. Each line stands there once.
    static let corrections: [(generated: String, corrected: String)] = [
        (
            // With this option a verb such as `masks` gets a slash where a folder has that name.
            "complete -o filenames -F _percept percept",
            "complete -F _percept percept"
        ),
        (
            "    local completion\n    while IFS=''",
            """
                [[ "${1}" = -W ]] || compopt -o filenames
                local completion
                while IFS=''
            """
        ),
        (
            // Bash makes three words of --format=srt.
            """
                local -r cur="${2}"
                local -r prev="${3}"
            """,
            """
                local cur="${2}"
                local prev="${3}"
                if [[ "${cur}" = '=' ]]; then
                    cur=''
                elif [[ "${prev}" = '=' && "${COMP_CWORD}" -ge 2 ]]; then
                    prev="${COMP_WORDS[COMP_CWORD - 2]}"
                fi
            """
        ),
        (
            #"    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")"#,
            """
                local -a unparsed_words=()
                local given_word
                for given_word in "${COMP_WORDS[@]:1:${COMP_CWORD}}"; do
                    [[ "${given_word}" = '=' ]] || unparsed_words+=("${given_word}")
                done
            """
        ),
    ]

    /// Returns the text to print for a text of the parser: corrected if it is the script for bash.
    static func corrected(_ text: String) -> String {
        guard text.hasPrefix("#!/bin/bash\n") else { return text }
        return corrections.reduce(into: text) { $0.replace($1.generated, with: $1.corrected) }
    }
}
