"""`gatewatch completion`: completion for bash, zsh and fish.

The script is made from the parser, so it knows every command, option, field and format of this
version and runs no gatewatch while you type. What an argument takes is read from its metavar,
the same word that `--help` shows: FIELD, A,B (several fields), QUERY, FILE, DIR.
"""

import argparse
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gatewatch.cli.parser import arguments_of, sentence_of, sub_commands
from gatewatch.model.errors import Exit
from gatewatch.model.fields import FIELDS

HELP = "Print a completion script for a shell."
EXAMPLES = (
    "gatewatch completion bash > ~/.local/share/bash-completion/completions/gatewatch",
    "gatewatch completion zsh > ~/.zfunc/_gatewatch",
    "gatewatch completion fish > ~/.config/fish/completions/gatewatch.fish",
)


# Of a command substitution whose last word is quoted.
_END = "')"


@dataclass(frozen=True, slots=True)
class _Takes:
    """What may stand at one place: `words` (with a sentence each), or files or folders."""

    kind: str = "words"
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Option:
    flags: tuple[str, ...]
    sentence: str
    takes: _Takes | None
    """None for a switch."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One command or sub-command: what may follow it."""

    path: str
    spellings: tuple[str, ...]
    options: tuple[_Option, ...]
    follows: _Takes


def configure(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")


def run(args: argparse.Namespace) -> int:
    """Prints the script."""
    scripts = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    print("\n".join(scripts[args.shell](list(_places(args.whole())))))
    return Exit.FOUND


def _places(
    parser: argparse.ArgumentParser, path: str = "gatewatch", spellings: tuple[str, ...] = ()
) -> Iterator[_Place]:
    options, positionals = [], []
    for action in arguments_of(parser):
        if action.option_strings:
            takes = None if action.nargs == 0 else _takes(action)
            options.append(_Option(tuple(action.option_strings), _sentence(action), takes))
        else:
            positionals.append(_takes(action))
    subs = sub_commands(parser)
    words = tuple((word, sentence_of(parser, word)) for word in subs)
    follows = _Takes("words", words) if subs else next(iter(positionals), _Takes())
    yield _Place(path, spellings, tuple(options), follows)
    for sub in dict.fromkeys(subs.values()):
        known = [word for word, one in subs.items() if one is sub]
        yield from _places(sub, f"{path} {known[0]}", tuple(f"{path} {word}" for word in known))


def _takes(action: argparse.Action) -> _Takes:
    if action.choices is not None:
        return _Takes("words", tuple((str(word), "") for word in action.choices))
    if action.dest == "format":
        from gatewatch.formats.write import writers

        return _Takes("words", tuple((name, one.SENTENCE) for name, one in writers().items()))
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    fields = tuple((name, entry.sentence) for name, entry in FIELDS.items())
    return {
        "FIELD": _Takes("words", fields),
        "A,B": _Takes("list", fields),
        "QUERY": _Takes("begun", tuple((f"{name}:", sentence) for name, sentence in fields)),
        "FILE": _Takes("files"),
        "DIR": _Takes("folders"),
    }.get(metavar, _Takes())


def _values() -> dict[str, list[str]]:
    """The values that fields are known to take, as far as they need no quotes."""
    from gatewatch.query.words import values_of

    listed = {
        name: [value for value in values_of(entry) if re.fullmatch(r"[\w./+-]+", value)]
        for name, entry in FIELDS.items()
    }
    return {name: values for name, values in listed.items() if values}


def _sentence(action: argparse.Action) -> str:
    return "" if action.help in (None, argparse.SUPPRESS) else str(action.help)


def _words(takes: _Takes) -> str:
    return " ".join(word for word, _ in takes.words)


def _cases(keys: Iterable[str]) -> str:
    return " | ".join(shlex.quote(key) for key in keys)


def _place_cases(places: list[_Place]) -> Iterator[str]:
    """Which words lead to which place, as bash and zsh take it."""
    for place in places[1:]:
        yield f"    {_cases(place.spellings)}) place={shlex.quote(place.path)} ;;"


def _option_cases(places: list[_Place], values: Callable[[_Takes], str]) -> Iterator[str]:
    """What may follow an option that takes a value."""
    for place in places:
        for option in place.options:
            if option.takes:
                keys = _cases(f"{place.path} {flag}" for flag in option.flags)
                yield f"    {keys}) {values(option.takes)} ;;"


def _bash(places: list[_Place]) -> Iterator[str]:
    yield "# bash completion for gatewatch, made by: gatewatch completion bash"
    yield "_gatewatch() {"
    yield '    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}"'
    yield "    local place=gatewatch kind=words words='' last i"
    yield "    # Bash makes a word of its own of the = in --option=value."
    yield '    [[ $cur == = ]] && cur=""'
    yield '    [[ $prev == = ]] && prev="${COMP_WORDS[COMP_CWORD - 2]}"'
    yield "    for ((i = 1; i < COMP_CWORD; i++)); do"
    yield '        case "$place ${COMP_WORDS[i]}" in'
    yield from _place_cases(places)
    yield "        esac"
    yield "    done"
    yield '    case "$place $prev" in'
    yield from _option_cases(places, _bash_values)
    yield "    *)"
    yield '        case "$place" in'
    for place in places:
        flags = " ".join(flag for option in place.options for flag in option.flags)
        yield f"        {shlex.quote(place.path)})"
        yield f"            if [[ $cur == -* ]]; then words={shlex.quote(flags)}"
        yield f"            else {_bash_values(place.follows)}; fi ;;"
    yield "        esac ;;"
    yield "    esac"
    yield "    case $kind in"
    yield '    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;'
    yield '    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;'
    yield '    list) last="${cur##*,}"'
    yield (
        '        mapfile -t COMPREPLY < <(compgen -P "${cur%"$last"}" -W "$words" -- "$last") ;;'
    )
    yield "    begun) # Bash makes a word of its own of the : after a field, too."
    yield "        last=''"
    yield '        [[ $cur == : ]] && { last="$prev"; cur=""; }'
    yield '        [[ $prev == : ]] && last="${COMP_WORDS[COMP_CWORD - 2]}"'
    yield '        case "$last" in'
    yield "        '') compopt -o nospace ;;"
    for name, values in _values().items():
        yield f"        {shlex.quote(name)}) words={shlex.quote(' '.join(values))} ;;"
    yield "        *) words='' ;;"
    yield "        esac"
    yield '        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;'
    yield "    *)"
    yield '        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;'
    yield "    esac"
    yield "} 2> /dev/null"
    yield "complete -F _gatewatch gatewatch"


def _bash_values(takes: _Takes) -> str:
    return f"kind={takes.kind} words={shlex.quote(_words(takes))}"


def _zsh(places: list[_Place]) -> Iterator[str]:
    yield "#compdef gatewatch"
    yield "# zsh completion for gatewatch, made by: gatewatch completion zsh"
    yield "_gatewatch() {"
    yield '  local cur="${words[CURRENT]}" prev="${words[CURRENT - 1]}" place=gatewatch kind=words'
    yield "  local -a found"
    yield "  local i"
    yield "  for ((i = 2; i < CURRENT; i++)); do"
    yield '    case "$place ${words[i]}" in'
    yield from _place_cases(places)
    yield "    esac"
    yield "  done"
    yield '  case "$place $prev" in'
    yield from _option_cases(places, _zsh_values)
    yield "  *)"
    yield '    case "$place" in'
    for place in places:
        flags = ((flag, option.sentence) for option in place.options for flag in option.flags)
        yield f"    {shlex.quote(place.path)})"
        yield f"      if [[ $cur == -* ]]; then found=({_zsh_found(flags)})"
        yield f"      else {_zsh_values(place.follows)}; fi ;;"
    yield "    esac ;;"
    yield "  esac"
    yield "  case $kind in"
    yield "  files) _files ;;"
    yield "  folders) _files -/ ;;"
    yield "  list) compset -P '*,'; _describe value found ;;"
    yield "  begun)"
    yield '    case "$cur" in'
    for name, values in _values().items():
        words = ((f"{name}:{value}", "") for value in values)
        yield f"    {shlex.quote(name)}:*) found=({_zsh_found(words)}) ;;"
    yield "    esac"
    yield "    _describe value found -S '' ;;"
    yield "  *) _describe value found ;;"
    yield "  esac"
    yield "}"
    yield 'if [ "${funcstack[1]}" = _gatewatch ]; then _gatewatch "$@"; else'
    yield "  compdef _gatewatch gatewatch; fi"


def _zsh_values(takes: _Takes) -> str:
    return f"kind={takes.kind} found=({_zsh_found(takes.words)})"


def _zsh_found(words: Iterable[tuple[str, str]]) -> str:
    """Words as `_describe` takes them: `word:sentence`, a colon in the word escaped."""
    escaped = ((word.replace(":", "\\:"), sentence) for word, sentence in words)
    return " ".join(
        shlex.quote(f"{word}:{sentence}" if sentence else word) for word, sentence in escaped
    )


def _fish(places: list[_Place]) -> Iterator[str]:
    yield "# fish completion for gatewatch, made by: gatewatch completion fish"
    yield "function __gatewatch_at"
    yield "    set -l place gatewatch"
    yield "    for word in (commandline -opc)[2..-1]"
    yield '        switch "$place $word"'
    for place in places[1:]:
        spellings = " ".join(map(_fish_quoted, place.spellings))
        yield f"        case {spellings}"
        yield f"            set place {_fish_quoted(place.path)}"
    yield "        end"
    yield "    end"
    yield '    test "$place" = "$argv[1]"'
    yield "end"
    yield "complete -c gatewatch -f"
    for place in places:
        here = f"complete -c gatewatch -n {_fish_quoted(f'__gatewatch_at {place.path!r}')}"
        yield from (f"{here} {line}" for line in _fish_follows(place.follows))
        for option in place.options:
            flags = " ".join(
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in option.flags
            )
            takes = f" {_fish_values(option.takes)}" if option.takes else ""
            yield f"{here} {flags}{takes} -d {_fish_quoted(option.sentence)}"


def _fish_follows(takes: _Takes) -> Iterator[str]:
    if takes.kind == "files":
        yield "-F"
    elif takes.kind == "begun":
        for name, values in _values().items():
            words = " ".join(f"{name}:{value}" for value in values)
            wanted = f"(string match -q -- '{name}:*' (commandline -ct); and string split ' ' '"
            yield f"-a {_fish_quoted(wanted + words + _END)}"
    elif takes.kind == "folders":
        yield '-a "(__fish_complete_directories)"'
    for word, sentence in takes.words:
        yield f"-a {_fish_quoted(word)} -d {_fish_quoted(sentence)}"


def _fish_values(takes: _Takes) -> str:
    if takes.kind == "files":
        return "-r -F"
    if takes.kind == "folders":
        return '-x -a "(__fish_complete_directories)"'
    if takes.kind == "list":
        return f"-x -a {_fish_quoted(f'(__fish_append , {_words(takes)})')}"
    return f"-x -a {_fish_quoted(_words(takes))}"


def _fish_quoted(text: str) -> str:
    r"""Fish knows only two escapes within single quotes: `\\` and `\'`."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
