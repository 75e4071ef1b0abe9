from faster_whisper.transcribe import WhisperModel as WhisperModel
