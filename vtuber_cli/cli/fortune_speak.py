"""`vtuber fortune --speak`: the fortune in the character's voice, with the voices that are installed."""

from __future__ import annotations

from vtuber_cli.cli.show import error, notice
from vtuber_cli.errors import AudioUnavailable, VtuberError
from vtuber_cli.i18n import t

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vtuber_cli.fortune.localise import Result


def speak(result: Result) -> None:
    """Says a narration, or a notice. It is printed already: a voice that is missing or fails costs a line."""
    import asyncio

    from vtuber_cli import bootstrap
    from vtuber_cli.cli import say

    narration = result["narration"]
    text = result["notice"]["text"] if narration is None else narration["text"]
    try:
        plan = bootstrap.plan()
        voice = plan.voices.get(result["locale"])
        missing = [] if voice is None else plan.weights.missing(plan.models_of([voice]))
        if voice is None or missing:
            names = " ".join(model.name for model in missing)
            name = plan.character.display_name(result["locale"])
            notice(t("fortune.voice_missing" if missing else "fortune.no_voice", name=name, models=names))
            return
        asyncio.run(say.aloud(plan, text))
    except AudioUnavailable as failure:
        error(AudioUnavailable(failure.key, hint=t("fortune.no_loudspeaker"), **failure.params))
    except VtuberError as failure:
        error(failure)
