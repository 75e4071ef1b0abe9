"""`vtuber completion`: a script for a shell, and the answers that the script asks for.

The scripts ask `vtuber completion words SHELL -- WORD...`: the words typed after `vtuber`, the last of them begun and
perhaps empty. The answer is a line a value, its help behind a tab, whatever the shell; exit code 10 asks the shell for
file names. Nothing is evaluated by the shell that came from a file or a name.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from vtuber_cli.i18n import t

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer()

FILES = 10
"""The exit code that means: file names, please."""

_BASH = r"""# vtuber: completion for bash 3.2 and newer
_vtuber() {
    local answer code line current=${COMP_WORDS[COMP_CWORD]}
    answer=$("${COMP_WORDS[0]}" completion words bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
    code=$?
    COMPREPLY=()
    if [ "$code" = 10 ]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
        return
    fi
    while IFS= read -r line; do
        [ -n "$line" ] && COMPREPLY+=("$(printf %q "${line%%$'\t'*}")")
    done <<<"$answer"
    case ${COMPREPLY[0]-} in *=) [ "${#COMPREPLY[@]}" = 1 ] && compopt -o nospace 2>/dev/null ;; esac
}
complete -F _vtuber vtuber
"""

_ZSH = r"""#compdef vtuber
# vtuber: completion for zsh
_vtuber() {
    local answer code line value
    local -a described bare
    answer=$("${words[1]}" completion words zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)
    code=$?
    if (( code == 10 )); then
        _files
        return
    fi
    for line in "${(@f)answer}"; do
        [[ -n $line ]] || continue
        value=${line%%$'\t'*}
        if [[ $value == *= ]]; then
            bare+=("$value")
        else
            described+=("${value//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( $#bare )) && compadd -S '' -- "${bare[@]}"
    (( $#described )) && _describe vtuber described
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _vtuber "$@"
else
    compdef _vtuber vtuber
fi
"""

_FISH = r"""# vtuber: completion for fish
function __vtuber_words
    set -l words (commandline -opc) (commandline -ct)
    set -l program $words[1]
    set -l answer ($program completion words fish -- $words[2..-1] 2>/dev/null </dev/null)
    if test $status -eq 10
        __fish_complete_path (commandline -ct)
    else if set -q answer[1]
        printf '%s\n' $answer
    end
end
complete --command vtuber --no-files --arguments '(__vtuber_words)'
"""

_POWERSHELL = r"""# vtuber: completion for PowerShell 5.1 and newer
Register-ArgumentCompleter -Native -CommandName vtuber -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text.Trim("'`"") })
    if ($wordToComplete -eq '') { $words += '--%empty%' }
    $program = $commandAst.CommandElements[0].Extent.Text
    $answer = & $program completion words powershell -- @words 2>$null
    if ($LASTEXITCODE -ne 10) {
        $answer | Where-Object { $_ } | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    }
}
"""

_EMPTY = "--%empty%"
"""How PowerShell's script says an empty word, which Windows PowerShell drops from a command line."""


@app.command("bash", help="completion.command.bash")
def bash() -> None:
    _print("bash", _BASH)


@app.command("zsh", help="completion.command.zsh")
def zsh() -> None:
    _print("zsh", _ZSH)


@app.command("fish", help="completion.command.fish")
def fish() -> None:
    _print("fish", _FISH)


@app.command("powershell", help="completion.command.powershell")
def powershell() -> None:
    _print("powershell", _POWERSHELL)


def reply(shell: str, typed: Sequence[str]) -> int:
    """Prints what the last of the words may become; the exit code.

    The command line's top calls this before Typer looks at the words, which takes longer than answering.
    """
    from vtuber_cli.cli.completion_words import Files, answer

    words = ["" if word == _EMPTY else word for word in typed or [""]]
    try:
        found = answer(words, splits_at_equals=shell == "bash")
    except Files:
        return FILES
    for value, help_ in found:
        print(f"{value}\t{help_}" if help_ else value)
    return 0


def _print(shell: str, script: str) -> None:
    """The script on stdout; where it goes is said on a terminal only, for a pipe knows."""
    from vtuber_cli.cli.show import notice

    print(script, end="")
    if sys.stdout.isatty():
        for line in t(f"completion.install.{shell}").splitlines():
            notice(line)
