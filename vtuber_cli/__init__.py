"""vtuber: a voice companion that lives in the terminal."""

import os

__version__ = "0.1.0"

# Before anything loads ONNX Runtime, which else keeps an identifier of this computer and sends Microsoft what it runs.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
