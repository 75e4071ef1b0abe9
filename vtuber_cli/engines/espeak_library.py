"""eSpeak NG's library through ctypes: text in, samples and the length of every sound out.

The library is one per process and has one voice at a time, so there is one `EspeakLibrary` too, and a lock around each
piece: synthesis takes about a thousandth of the time that the piece lasts. (Piper brings an eSpeak of its own, hidden
in its module; the two do not meet.)
"""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_short, c_size_t, c_uint, c_void_p
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from vtuber_cli.engines.utterance import PAUSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vtuber_cli.engines.base import Stop
    from vtuber_cli.events import Samples

# From speak_lib.h, revision 13.
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _IPA, _DO_NOT_EXIT = 0x0001, 0x0002, 0x8000
_UTF8, _END_PAUSE = 0x0001, 0x1000
_RATE, _VOLUME, _PITCH = 1, 2, 3
_POSITION_CHARACTER = 1
_EVENT_PHONEME = 7
_OK = 0

_BLOCK_MS = 60
"""How much is synthesised between two looks at the stop."""
_LONGEST_PATH = 120
"""Bytes. The library keeps 160 for the data's folder and what it looks for in it, and cuts off the rest."""
_STRESS = "ˈˌ"


class _Event(Structure):
    _fields_ = (
        ("type", c_int),
        ("identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("name", ctypes.c_char * 8),  # a union; in a phoneme's event, its name
    )


class _Voice(Structure):
    _fields_ = (
        ("name", c_char_p),
        ("languages", c_void_p),  # several strings behind each other
        ("identifier", c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", c_int),
        ("spare", c_void_p),
    )


_Callback = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said, in eSpeak's own units."""

    voice: str
    words_a_minute: int
    pitch: int


@dataclass(slots=True)
class _Take:
    """What comes back while one piece is synthesised."""

    stop: Stop
    blocks: list[bytes] = field(default_factory=list[bytes])
    sounds: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Each sound's name and the sample it begins at."""


class EspeakError(Exception):
    """The library refused something."""


class EspeakLibrary:
    """`loaded` makes it."""

    def __init__(self, data: Path) -> None:
        from espeakng_loader import get_library_path

        self._library = ctypes.CDLL(get_library_path())
        self._declare()
        options = _PHONEME_EVENTS | _IPA | _DO_NOT_EXIT
        place = os.fsencode(self._shortened(data))
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, _BLOCK_MS, place, options)
        """Of its samples, in Hz."""
        if self.rate <= 0:
            raise EspeakError("espeak_Initialize")
        self._lock = threading.Lock()
        self._take: _Take | None = None
        self._callback = _Callback(self._receive)  # kept: the library holds no reference
        self._library.espeak_SetSynthCallback(self._callback)

    def languages(self) -> frozenset[str]:
        """Every code that a voice can be asked for by: "ko", "en", "en-us"."""
        with self._lock:
            listed = self._library.espeak_ListVoices(None)
            found: set[str] = set()
            index = 0
            while listed[index]:
                found.update(_codes(listed[index].contents.languages))
                index += 1
            return frozenset(found)

    def say(self, text: str, manner: Manner, stop: Stop) -> tuple[Samples, Sequence[tuple[str, int]]]:
        """The samples of `text`, and the name (IPA) and length in samples of every sound; the lengths sum to them.

        Raises:
            EspeakError: there is no such voice, or synthesis failed.
        """
        import numpy as np

        take = _Take(stop)
        encoded = text.encode("utf-8", "ignore")
        with self._lock:
            if self._library.espeak_SetVoiceByName(manner.voice.encode("ascii", "replace")) != _OK:
                raise EspeakError(manner.voice)
            for parameter, value in ((_RATE, manner.words_a_minute), (_PITCH, manner.pitch), (_VOLUME, 100)):
                self._library.espeak_SetParameter(parameter, value, 0)
            self._take = take
            try:
                # Neither SSML nor phonemes in brackets: the text is somebody's words, and no commands.
                flags = _UTF8 | _END_PAUSE
                code = self._library.espeak_Synth(
                    encoded, len(encoded) + 1, 0, _POSITION_CHARACTER, 0, flags, None, None
                )
            finally:
                self._take = None
        if code != _OK:
            raise EspeakError(f"espeak_Synth: {code}")
        samples = np.frombuffer(b"".join(take.blocks), "<i2").astype(np.float32) / np.float32(32768)
        return samples, _lengths(take.sounds, len(samples))

    def _shortened(self, data: Path) -> Path:
        """A path that the library has room for: `data`, or a link to it."""
        if len(os.fsencode(data)) <= _LONGEST_PATH:
            return data
        self._link = TemporaryDirectory(prefix="vtuber-")  # for as long as the library lives: it reads voices on use
        link = Path(self._link.name) / data.name
        link.symlink_to(data, target_is_directory=True)
        return link

    def _receive(self, samples: int | None, count: int, events: int) -> int:
        """Called by the library in `say`'s thread, with addresses; 1 ends the synthesis."""
        take = self._take
        if take is None or take.stop:
            return 1
        if samples and count > 0:
            take.blocks.append(ctypes.string_at(samples, count * ctypes.sizeof(c_short)))
        while (event := _Event.from_address(events)).type:
            name = event.name.decode("utf-8", "ignore").strip(_STRESS)
            # "(en)" is no sound: it goes on in another language.
            if event.type == _EVENT_PHONEME and not name.startswith("("):
                take.sounds.append((name or PAUSE, event.sample))
            events += ctypes.sizeof(_Event)
        return 0

    def _declare(self) -> None:
        library = self._library
        library.espeak_Initialize.argtypes = (c_int, c_int, c_char_p, c_int)
        library.espeak_SetSynthCallback.argtypes = (_Callback,)
        library.espeak_SetSynthCallback.restype = None
        library.espeak_SetVoiceByName.argtypes = (c_char_p,)
        library.espeak_SetParameter.argtypes = (c_int, c_int, c_int)
        library.espeak_ListVoices.argtypes = (c_void_p,)
        library.espeak_ListVoices.restype = POINTER(POINTER(_Voice))
        library.espeak_Synth.argtypes = (
            c_char_p, c_size_t, c_uint, c_int, c_uint, c_uint, POINTER(c_uint), c_void_p,
        )  # fmt: skip


def _codes(at: int) -> Iterator[str]:
    """Behind a byte of priority each code ends with a zero, and the list with another."""
    while ctypes.string_at(at, 1) != b"\0":
        code = ctypes.string_at(at + 1)
        yield code.decode("ascii", "replace")
        at += len(code) + 2


def _lengths(begins: Sequence[tuple[str, int]], total: int) -> list[tuple[str, int]]:
    """From where sounds begin to how long they last; what comes before the first is a pause."""
    if not begins:
        return []
    ends = [start for _, start in begins[1:]] + [total]
    sounds = [(name, end - start) for (name, start), end in zip(begins, ends, strict=True)]
    return [(PAUSE, begins[0][1]), *sounds]


_loading = threading.Lock()
_one: dict[str, EspeakLibrary] = {}


def loaded(data: Path) -> EspeakLibrary:
    """The library, loaded once and kept.

    Args:
        data: the folder espeak-ng-data; all engines of a process share the first.

    Raises:
        ImportError: it is not installed.
        OSError: it cannot be loaded.
        EspeakError: it does not find its data.
    """
    with _loading:
        if "it" not in _one:
            _one["it"] = EspeakLibrary(data)
        return _one["it"]
