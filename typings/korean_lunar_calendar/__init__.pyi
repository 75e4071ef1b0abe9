class KoreanLunarCalendar:
    lunarYear: int
    lunarMonth: int
    lunarDay: int
    isIntercalation: bool
    solarYear: int
    solarMonth: int
    solarDay: int

    def setSolarDate(self, solarYear: int, solarMonth: int, solarDay: int) -> bool: ...
    def setLunarDate(self, lunarYear: int, lunarMonth: int, lunarDay: int, isIntercalation: bool) -> bool: ...
