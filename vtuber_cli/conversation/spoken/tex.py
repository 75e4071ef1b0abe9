"""Formulae in TeX, as the signs that a reader of text knows: `$x^2 \\leq \\pi$` as `x^2 ≤ π`."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = re.compile(
    r"\$\$([^$]{1,400})\$\$|\\\(([^\n]{1,400}?)\\\)|\\\[([^\[\]]{1,400}?)\\\]|(?<![\\$\w])\$([^\s$](?:[^$\n]{0,198}[^\s$])?)\$(?![\d$])"
)
_MATHS: Final = re.compile(r"[\\^_=]|^[A-Za-z]{1,2}$")
"""What makes a formula of what stands between two dollars."""
_SIGNS: Final = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "ne": "≠", "approx": "≈", "infty": "∞", "to": "→", "rightarrow": "→", "Rightarrow": "→", "circ": "°",
    "degree": "°", "pi": "π", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε",
    "theta": "θ", "lambda": "λ", "mu": "μ", "sigma": "σ", "Sigma": "Σ", "phi": "φ", "omega": "ω", "Omega": "Ω",
    "%": "%", "$": "$", "&": "&", "#": "#", "_": "_",
}  # fmt: skip
_GROUP: Final = r"\{([^{}]*)\}"
_FRACTION: Final = re.compile(rf"\\[dt]?frac\s?{_GROUP}\s?{_GROUP}")
_ROOT: Final = re.compile(rf"\\sqrt\s?{_GROUP}")
_WRAPPER: Final = re.compile(rf"\\(?:text|mathrm|mathbf|mathit|operatorname|vec|hat|bar|overline)\s?{_GROUP}")
_SCRIPT: Final = re.compile(rf"([\^_])\s?{_GROUP}")
_COMMAND: Final = re.compile(r"\\([A-Za-z]+|[^A-Za-z\s])\s?")
_SPACING: Final = frozenset("left right quad qquad displaystyle limits big Big , ; : !".split())
_DEPTH: Final = 4


def without_tex(text: str, over: str) -> str:
    """`text` with its formulae in signs; `over` says a fraction of which {a} is above and {b} below."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return text
    return _FORMULA.sub(lambda m: _formula(m, over), text)


def _formula(m: re.Match[str], over: str) -> str:
    display = m[1] or m[2] or m[3]
    maths = display or m[4]
    if display is None and not _MATHS.search(maths):
        return m[0]
    for _ in range(_DEPTH):
        maths = _SCRIPT.sub(_script, _WRAPPER.sub(r"\1", _ROOT.sub(r"√\1", maths)))
        maths = _FRACTION.sub(lambda part: _fraction(part[1], part[2], over), maths)
    maths = _COMMAND.sub(_command, maths).replace("^°", "°").replace("'", "")
    return f" {re.sub(r'[{}]', ' ', maths)} "


def _fraction(above: str, below: str, over: str) -> str:
    if above.isdecimal() and below.isdecimal():
        return f" {above}/{below} "
    return f" {over.format(a=above, b=below)} "


def _script(m: re.Match[str]) -> str:
    return f"^{m[2]} " if m[1] == "^" else f" {m[2]} "


def _command(m: re.Match[str]) -> str:
    name = m[1]
    if name in _SPACING:
        return " "
    return f" {_SIGNS[name]} " if name in _SIGNS else f" {name} " if name.isalpha() else " "
