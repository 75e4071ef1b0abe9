"""What English calls units, money, abbreviations and signs."""

from __future__ import annotations

from typing import Final

MONEY: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "₩": ("won", "won", "", ""),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "", ""),
    "₽": ("ruble", "rubles", "", ""),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "KRW": ("won", "won", "", ""),
    "JPY": ("yen", "yen", "", ""),
    "CNY": ("yuan", "yuan", "", ""),
    "원": ("won", "won", "", ""),
    "¢": ("cent", "cents", "", ""),
}
"""One, many, one hundredth, many hundredths."""
DOLLARS: Final = {
    "AU": "Australian ", "A": "Australian ", "CA": "Canadian ", "C": "Canadian ", "HK": "Hong Kong ",
    "NZ": "New Zealand ", "S": "Singapore ",
}  # fmt: skip
MONEY_SCALES: Final = {
    "k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "t": "trillion",
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip
PER: Final = {
    "h": "hour", "hr": "hour", "s": "second", "sec": "second", "s²": "second squared", "min": "minute", "d": "day",
    "day": "day", "wk": "week", "week": "week", "mo": "month", "month": "month", "yr": "year", "year": "year",
    "kg": "kilogram", "g": "gram", "lb": "pound", "oz": "ounce", "L": "liter", "l": "liter", "dL": "deciliter",
    "mL": "milliliter", "ml": "milliliter", "m": "meter", "km": "kilometer", "m²": "square meter",
    "m³": "cubic meter", "cm²": "square centimeter", "cm³": "cubic centimeter", "mi": "mile", "gal": "gallon",
    "GB": "gigabyte", "ft²": "square foot", "person": "person", "night": "night", "hour": "hour", "minute": "minute",
    "second": "second", "piece": "piece", "unit": "unit",
}  # fmt: skip

_PLURAL: Final = {
    "km²": "square kilometer", "m²": "square meter", "cm²": "square centimeter", "mm²": "square millimeter",
    "m2": "square meter", "km2": "square kilometer", "m³": "cubic meter", "m3": "cubic meter",
    "cm³": "cubic centimeter", "sq m": "square meter", "sq mi": "square mile", "sq km": "square kilometer",
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "μm": "micrometer", "nm": "nanometer",
    "mi": "mile", "yd": "yard", "yds": "yard", "nmi": "nautical mile",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "μg": "microgram", "lb": "pound", "lbs": "pound",
    "oz": "ounce", "fl oz": "fluid ounce", "t": "ton",
    "L": "liter", "l": "liter", "ml": "milliliter", "mL": "milliliter", "dL": "deciliter", "cl": "centiliter",
    "gal": "gallon", "qt": "quart", "pt": "pint", "tbsp": "tablespoon", "Tbsp": "tablespoon", "tsp": "teaspoon",
    "bit": "bit", "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "PB": "petabyte", "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte", "TiB": "tebibyte", "Mb": "megabit",
    "Gb": "gigabit",
    "ns": "nanosecond", "μs": "microsecond", "ms": "millisecond", "s": "second", "sec": "second", "secs": "second",
    "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "wk": "week", "wks": "week",
    "mos": "month", "yr": "year", "yrs": "year",
    "W": "watt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt", "Wh": "watt hour", "kWh": "kilowatt hour",
    "MWh": "megawatt hour", "V": "volt", "mV": "millivolt", "kV": "kilovolt", "mA": "milliamp", "mAh": "milliamp hour",
    "Ah": "amp hour", "Ω": "ohm", "kΩ": "kiloohm", "MΩ": "megaohm", "dB": "decibel", "Pa": "pascal",
    "hPa": "hectopascal",
    "kPa": "kilopascal", "N": "newton", "J": "joule", "kJ": "kilojoule", "eV": "electronvolt",
    "px": "pixel", "MP": "megapixel", "kcal": "kilocalorie", "cal": "calorie", "°": "degree",
    "deg": "degree",
}  # fmt: skip
UNITS: Final = {
    **{unit: (one, f"{one}s") for unit, one in _PLURAL.items()},
    "mph": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "mpg": ("mile per gallon", "miles per gallon"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "fps": ("frame per second", "frames per second"),
    "bpm": ("beat per minute", "beats per minute"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "dpi": ("dot per inch", "dots per inch"),
    "ppi": ("pixel per inch", "pixels per inch"),
    "ppm": ("part per million", "parts per million"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "ft": ("foot", "feet"),
    "ft²": ("square foot", "square feet"),
    "sq ft": ("square foot", "square feet"),
    "sqft": ("square foot", "square feet"),
    "in.": ("inch", "inches"),
    '"': ("inch", "inches"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "hp": ("horsepower", "horsepower"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "℃": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
}
"""One and many."""
CLOSE_UNITS: Final = {"in": ("inch", "inches")}
"""Only right behind the number: elsewhere they are words."""
PARTS_OF: Final = (
    "cup cups tablespoon teaspoon tbsp tsp mile miles hour hours inch inches pound pounds ounce ounces kilogram liter "
    "gallon pint second minute day week month year acre percent teaspoons tablespoons glass bottle lb oz kg km mi L"
).split()
"""Of these one has half a one, not one half."""

ABBREVIATIONS: Final = {
    "mr": "Mister", "mrs": "Missus", "ms": "Miz", "dr": "Doctor", "prof": "Professor", "sgt": "Sergeant",
    "ave": "Avenue", "blvd": "Boulevard", "rd": "Road", "etc": "et cetera",
    "approx": "approximately", "cf": "compare", "jr": "Junior", "sr": "Senior", "inc": "Incorporated",
    "ltd": "Limited", "corp": "Corporation", "co": "Company", "dept": "department", "govt": "government",
    "avg": "average", "incl": "including", "excl": "excluding", "misc": "miscellaneous", "esp": "especially",
    "mgmt": "management", "viz": "namely", "esq": "Esquire", "bros": "Brothers", "assoc": "association",
}  # fmt: skip
"""Words with a dot behind them, lower case."""
BEFORE_NUMBERS: Final = {
    "no": "number", "nos": "numbers", "p": "page", "pp": "pages", "vol": "volume", "vols": "volumes", "fig": "figure",
    "figs": "figures", "ch": "chapter", "sec": "section", "eq": "equation", "art": "article", "c": "circa",
    "ca": "circa", "est": "established", "max": "maximum", "min": "minimum", "tel": "telephone", "ext": "extension",
    "apt": "apartment", "ste": "suite", "ver": "version", "v": "version", "ep": "episode", "lv": "level",
    "lvl": "level", "pt": "part", "ph": "phone",
}  # fmt: skip
"""Only if a digit follows."""
BEFORE_CAPITALS: Final = {
    "rev": "Reverend", "hon": "Honorable", "gen": "General", "capt": "Captain", "lt": "Lieutenant", "gov": "Governor",
    "sen": "Senator", "rep": "Representative", "col": "Colonel", "maj": "Major", "pres": "President", "mt": "Mount",
    "ft": "Fort", "univ": "University", "sgt": "Sergeant", "cpl": "Corporal",
}  # fmt: skip
"""Only if they are written with a capital and another one follows."""
ENDING: Final = frozenset(
    "et cetera|drive|street|avenue|road|boulevard|junior|senior|incorporated|limited|company|corporation|esquire".split(
        "|"
    )
)
"""Their dot also ends a sentence if a capital follows."""

FIXED: Final = (
    (r"(?<=[a-z] )Dr\.(?=\s+[a-z]|\s*,)", "Drive"),
    (r"(?<=[a-z] )Dr\.(?=\s*$)", "Drive."),
    (r"(?<=[a-z] )St\.(?=\s+[A-Z][a-z])", "Saint"),
    (r"(?<=[A-Za-z] )St\.(?=\s*$)", "Street."),
    (r"(?<=[A-Za-z] )St\.", "Street"),
    (r"St\.", "Saint"),
    (r"[Ee]\.g\.,?", "for example,"),
    (r"[Ii]\.e\.,?", "that is,"),
    (r"[Vv][Ss]\.?(?!\w)|v\.(?=\s[A-Z])", "versus"),
    (r"([0-9])-(to|on|by|in)-([0-9])(?![\w.])", r"\1 \2 \3"),
    (r"4x4(?!\w)", "four by four"),
    (r"§\s?", "section "),
    (r"et al\.", "et al"),
    (r"[Ee]d\.(?=\s+by\b)", "edited"),
    (r"a\.?k\.?a\.?(?!\w)", "also known as"),
    (r"Ph\.\s?D\.?(?!\w)", "P H D"),
    (r"(?:WWII|WW2)(?!\w)", "World War two"),
    (r"(?:WWI|WW1)(?!\w)", "World War one"),
    (r"9/11(?![\w/])", "nine eleven"),
    (r"50[/-]50(?![\w/-])", "fifty-fifty"),
    (r"20/20(?![\w/])", "twenty twenty"),
    (r"24/7(?![\w/])", "twenty-four seven"),
    (r"R2-D2(?!\w)", "R two D two"),
    (r"w/o(?!\w)", "without"),
    (r"w/(?=\s)", "with"),
    (r"b/c(?!\w)", "because"),
    (r"[Nn]/[Aa](?![\w/])", "not applicable"),
    (r"and/or(?!\w)", "and or"),
    (r"R&D(?!\w)", "R and D"),
    (r"Q&A(?!\w)", "Q and A"),
    (r"C\+\+(?!\w)", "C plus plus"),
    (r"([CF])#(?!\w)", r"\1 sharp"),
    (r"\.NET(?!\w)", "dot NET"),
    (r"ETA(?!\w)", "E T A"),
)
"""What has a name of its own: patterns that begin a word, and what to say."""

MONARCHS: Final = (
    "Henry Louis Elizabeth George Charles Edward James William Richard Philip Peter Catherine John Paul Benedict Pius "
    "Leo Napoleon Nicholas Alexander Frederick Wilhelm Ramses Xerxes Mary Victor Gustav Christian Francis Ferdinand "
    "Ivan Otto Leopold Albert Darius Ptolemy Innocent Gregory Clement Urban Felipe Carlos Juan Karl Friedrich Haakon "
    "Olav Harald Margrethe Baldwin Constantine Mehmed Suleiman Akbar"
).split()
"""Names that a Roman numeral behind them makes a first, a second."""
NUMBERED: Final = (
    "chapter part act scene volume book section article phase type level class figure table appendix title version "
    "episode season stage grade tier unit lesson verse round model mark world-war war bowl fantasy quest division "
    "category group schedule annex canto movement symphony sonata opus"
).split()
"""Nouns that a Roman numeral behind them counts, even a single letter."""
LABELLED: Final = (
    "room flight highway route interstate bus suite apartment apt boeing airbus xbox building gate rtx gtx rx "
    "radeon geforce intel ryzen core port hwy unit office blink"
).split()
"""Nouns whose number is said in pairs of digits: room two oh four."""
RELEASED: Final = (
    "python version v ubuntu debian android ios ipados macos java php ruby node django kernel linux perl lua go rust "
    "kotlin swift postgres mysql sqlite cuda opencv release firefox chrome"
).split()
"""Names whose `3.11` is three point eleven."""
GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "gamma", "Δ": "delta",
    "Θ": "theta", "Λ": "lambda", "Π": "pi", "Σ": "sigma", "Φ": "phi", "Ψ": "psi", "Ω": "omega",
}  # fmt: skip

BEFORE: Final = (
    (r"#\s?(?=[0-9])", " number "),
    (r"\b([fghO])\(([^()\n]{1,20})\)", r"\1 of \2"),
    (r"(?<![0-9.,])([0-9]{1,3}),([0-9]{2})(?=\s?€)", r"\1.\2"),
    (r"(?<![\w'’])([0-9])['’](?=\s(?:tall|wide|long|high|deep|by)\b)", r"\1 feet"),
    (r"(?<=[0-9])([<>])(?=[0-9])", r" \1 "),
    (r"\b(an A|a [BCD])-(?=[\s,.!?])", r"\1 minus"),
    (r"\b((?i:zip(?: code)?)) ([0-9])([0-9])([0-9])([0-9])([0-9])(?![0-9])", r"\1 \2 \3 \4 \5 \6"),
    (r"(?<=[=(+×÷±*/])(\s?)[-−](?=[A-Za-z(√])", r"\1minus "),
    (r"(?<![\w~)\]])~\s?(?=[$€£₩]?[0-9])|(?<![\w)\]])(?<![\w)\]]\s)≈\s?(?=[$€£₩]?[0-9])", "about "),
    (r"(?<!\S)--(?=[a-z])", "dash dash "),
    (r"(?<![\w)\]<>=-])(?<![\w)\]]\s)(?:<=|≤)\s?(?=[$€£₩]?[0-9])", " at most "),
    (r"(?<![\w)\]<>=-])(?<![\w)\]]\s)(?:>=|≥)\s?(?=[$€£₩]?[0-9])", " at least "),
    (r"(?<![\w)\]=-])(?<![\w)\]]\s)<\s?(?=[$€£₩]?[0-9])", " less than "),
    (r"(?<![\w)\]=-])(?<![\w)\]]\s)>\s?(?=[$€£₩]?[0-9])", " more than "),
    (r"(?<=\w)\^2(?![0-9])", " squared"),
    (r"(?<=\w)\^3(?![0-9])", " cubed"),
    (r"\^-(?=[0-9])", " to the power of minus "),
    (r"(?<![\w'])([0-9])'\s?([0-9]{1,2})(?:\"|''|”)?(?![\w'])", r"\1 foot \2"),
    (r"(?<=[0-9])\s?ft\s([0-9]{1,2})\s?in(?!\w)", r" ft \1 in."),
    (r"(?<=°)\s?([0-9]{1,2})['′](?:\s?([0-9]{1,2}(?:\.[0-9]+)?)[\"″])?", r" \1 minutes \2 seconds"),
    (r"(?<=[0-9])(?: [x×*] |[x×*])(?=[0-9])", " × "),
    (r"(?<=[0-9])\s?/\s?(?=[0-9]+\s?=)|(?<=[0-9])\s/\s(?=[0-9])", " ÷ "),
    (r"(?<![\w.])([0-9]+(?:\.[0-9]+)?)[eE]\+?(-?[0-9]{1,3})(?!\w)", r"\1 × 10 to the power of \2"),
    (r"(?<![\w.,])([0-9]+)h\s?([0-9]+)m(?:in)?\b", r"\1 h \2 min "),
    (r"(?<![\w.,])([0-9]+)m\s?([0-9]+)s\b", r"\1 min \2 s"),
    (r"\b([A-D])[-−](?=[,.!?\s]|$)(?!\s?\w)", r"\1 minus"),
)
"""Signs that say something about the number beside them: applied before any number is put into words."""

AFTER: Final = (
    (r"[「」『』]", ""),
    (r"\s?&\s?", " and "),
    (r"(?<=\w)\s?(?:<->|↔|⇔)\s?(?=\w)", " and "),
    (r"(?<=[\w)])\s?(?:->|=>|→|⇒|➜|⟶)\s?(?=[\w(])", " to "),
    (r"→|⇒", " to "),
    (r"(?<=[\w)])\s?(?:<-|←|⇐)\s(?=[\w(])", " from "),
    (r"≈|≃", " is approximately "),
    (r"≠|!=", " is not equal to "),
    (r"≤|<=", " is at most "),
    (r"≥|>=", " is at least "),
    (r"\s?={1,3}\s?", " equals "),
    (r"±", " plus or minus "),
    (r"×", " times "),
    (r"÷", " divided by "),
    (r"(?<=[0-9)²³])\s[-−]\s(?=[-−]?[0-9(])|(?<=\b[a-z])\s[-−]\s(?=[a-z0-9]\b)", " minus "),
    (r"(?<=\))\s?/\s?(?=[\w(])", " over "),
    (r"\+", " plus "),
    (r"(?<=[\w)])\s<\s(?=[\w(])", " is less than "),
    (r"(?<=[\w)])\s>\s(?=[\w(])", " is greater than "),
    (r"²", " squared"),
    (r"³", " cubed"),
    (r"√", " square root of "),
    (r"∞", " infinity "),
    (r"№\s?", " number "),
    (r"#(?=\w)", " hashtag "),
    (r"@", " at "),
    (r"%", " percent "),
    (r"(?<=\w)\^(?=[\w(])|(?<=\w) \^ (?=\w)", " to the power of "),
    (r"°", " degrees "),
    (r"\$\{(\w+)\}|\$(?=[A-Za-z_])", r"\1"),
    (r"\$", " dollars "),
    (r"€", " euros "),
    (r"£", " pounds "),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"/", " "),
)
"""Signs for which there is a word, when only plain numbers are left."""
