"""What vtuber uses of PyAV."""

class Packet:
    def __init__(self, input: bytes, /) -> None: ...

class VideoPlane:
    line_size: int
    def __bytes__(self) -> bytes: ...

class VideoFrame:
    planes: tuple[VideoPlane, ...]

class VideoCodecContext:
    thread_count: int
    options: dict[str, str]
    def decode(self, packet: Packet) -> list[VideoFrame]: ...

class CodecContext:
    @staticmethod
    def create(codec: str, mode: str) -> VideoCodecContext: ...
