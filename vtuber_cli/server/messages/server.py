"""All that the server says on `/client-ws` and `/proxy-ws`: to everybody, and to those that announced it."""

from __future__ import annotations

from typing import TypeAlias

from vtuber_cli.server.messages.fortune import FortuneCard
from vtuber_cli.server.messages.groups import GroupInterrupted, GroupOperationResult, GroupUpdate
from vtuber_cli.server.messages.histories import HistoryData, HistoryDeleted, HistoryList, NewHistoryCreated
from vtuber_cli.server.messages.line import Error, HeartbeatAck, Pong, Welcome
from vtuber_cli.server.messages.look import BackgroundFiles, ConfigFiles, ConfigSwitched, PoseTold, SetModelAndConf
from vtuber_cli.server.messages.spoken import (
    Audio,
    AudioStreamChunk,
    AudioStreamEnd,
    AudioStreamStart,
    SpeechElsewhere,
)
from vtuber_cli.server.messages.turn import (
    AgentState,
    BackendSynthComplete,
    Busy,
    Control,
    ForceNewMessage,
    FullText,
    ToolCallStatus,
    UserInputTranscription,
)

ServerMessage: TypeAlias = (
    FullText
    | Control
    | Audio
    | BackendSynthComplete
    | ForceNewMessage
    | UserInputTranscription
    | ToolCallStatus
    | SetModelAndConf
    | ConfigFiles
    | ConfigSwitched
    | BackgroundFiles
    | HistoryList
    | HistoryData
    | NewHistoryCreated
    | HistoryDeleted
    | GroupUpdate
    | GroupOperationResult
    | GroupInterrupted
    | HeartbeatAck
    | Pong
    | Error
    | Busy
    | Welcome
    | AgentState
    | AudioStreamStart
    | AudioStreamChunk
    | AudioStreamEnd
    | SpeechElsewhere
    | PoseTold
    | FortuneCard
)
