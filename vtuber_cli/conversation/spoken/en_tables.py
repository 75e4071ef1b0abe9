"""What English calls numbers, units, abbreviations and signs."""

from __future__ import annotations

from typing import Final

ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS: Final = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES: Final = ("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion")
ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip

MONTHS: Final = ("January February March April May June July August September October November December").split()
MONTH_NUMBERS: Final = {
    **{name.lower(): at for at, name in enumerate(MONTHS, 1)},
    **{name[:3].lower(): at for at, name in enumerate(MONTHS, 1)},
    "sept": 9,
}

DENOMINATORS: Final = {2: ("half", "halves"), 4: ("quarter", "quarters")}

MONEY: Final = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "₩": ("won", "won", "", ""),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "", ""),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "KRW": ("won", "won", "", ""),
    "JPY": ("yen", "yen", "", ""),
    "원": ("won", "won", "", ""),
}
"""One, many, one hundredth, many hundredths."""
MONEY_SCALES: Final = {
    "k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "t": "trillion",
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
}  # fmt: skip

UNITS: Final = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "m/s": ("meter per second", "meters per second"),
    "mph": ("mile per hour", "miles per hour"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "MB/s": ("megabyte per second", "megabytes per second"),
    "GB/s": ("gigabyte per second", "gigabytes per second"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "cm²": ("square centimeter", "square centimeters"),
    "m2": ("square meter", "square meters"),
    "m³": ("cubic meter", "cubic meters"),
    "m3": ("cubic meter", "cubic meters"),
    "km": ("kilometer", "kilometers"),
    "m": ("meter", "meters"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "μm": ("micrometer", "micrometers"),
    "µm": ("micrometer", "micrometers"),
    "nm": ("nanometer", "nanometers"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "L": ("liter", "liters"),
    "l": ("liter", "liters"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "B": ("byte", "bytes"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "KiB": ("kibibyte", "kibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "GiB": ("gibibyte", "gibibytes"),
    "ns": ("nanosecond", "nanoseconds"),
    "μs": ("microsecond", "microseconds"),
    "µs": ("microsecond", "microseconds"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "V": ("volt", "volts"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "dB": ("decibel", "decibels"),
    "px": ("pixel", "pixels"),
    "fps": ("frame per second", "frames per second"),
    "kcal": ("kilocalorie", "kilocalories"),
    "cal": ("calorie", "calories"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "℃": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
}
"""One and many."""

ABBREVIATIONS: Final = {
    r"Mon\.": "Monday", r"Tues?\.": "Tuesday", r"Wed\.": "Wednesday", r"Thu(?:rs?)?\.": "Thursday", r"Fri\.": "Friday",
    r"Sat\.(?=,)": "Saturday", r"Sun\.(?=,)": "Sunday", r"a\.?k\.?a\.?": "also known as", r"9/11": "nine eleven",
    r"50/50": "fifty-fifty", r"(?<=[a-z] )Dr\.(?=\s+[a-z]|\s*,|\s*$)": "Drive",
    r"Mr\.": "Mister", r"Mrs\.": "Missus", r"Ms\.": "Miz", r"Dr\.": "Doctor", r"Prof\.": "Professor",
    r"Rev\.": "Reverend", r"Hon\.": "Honorable", r"Gen\.(?=\s+[A-Z])": "General", r"Sgt\.": "Sergeant",
    r"Capt\.": "Captain", r"Lt\.": "Lieutenant", r"Gov\.(?=\s+[A-Z])": "Governor", r"Sen\.(?=\s+[A-Z])": "Senator",
    r"Mt\.(?=\s+[A-Z])": "Mount", r"Ft\.(?=\s+[A-Z])": "Fort", r"(?<=[a-z] )St\.(?=\s+[A-Z][a-z])": "Saint",
    r"(?<=[A-Za-z] )St\.": "Street", r"St\.": "Saint", r"Ave\.": "Avenue", r"Blvd\.": "Boulevard", r"Rd\.": "Road",
    r"[Vv]s\.?": "versus", r"[Ee]\.g\.,?": "for example,", r"[Ii]\.e\.,?": "that is,", r"etc\.": "et cetera",
    r"[Aa]pprox\.": "approximately", r"[Cc]a\.(?=\s*[0-9])": "circa", r"cf\.": "compare",
    r"[Nn]os\.(?=\s*[0-9])": "numbers", r"[Nn]o\.(?=\s*[0-9])": "number", r"[Pp]p\.(?=\s*[0-9])": "pages",
    r"[Pp]\.(?=\s*[0-9])": "page", r"[Vv]ol\.(?=\s*[0-9])": "volume", r"[Ff]ig\.(?=\s*[0-9])": "figure",
    r"[Cc]h\.(?=\s*[0-9])": "chapter", r"[Ss]ec\.(?=\s*[0-9])": "section", r"Jr\.": "Junior", r"Sr\.": "Senior",
    r"Inc\.": "Incorporated", r"Ltd\.": "Limited", r"Corp\.": "Corporation", r"Co\.": "Company",
    r"[Dd]ept\.": "department", r"Ph\.\s?D\.?": "P H D", r"M\.D\.": "M D", r"B\.A\.": "B A", r"M\.A\.": "M A",
    r"B\.Sc\.": "B S C", r"M\.Sc\.": "M S C", r"w/o(?=\s)": "without", r"w/(?=\s)": "with", r"b/c(?=\s)": "because",
    r"and/or": "and or", r"24/7": "twenty-four seven", r"R&D": "R and D", r"Q&A": "Q and A", r"C\+\+": "C plus plus",
    r"C#": "C sharp", r"F#": "F sharp",
}  # fmt: skip
"""Regular expressions after a word boundary, tried in this order, and what to say."""
ENDING_ABBREVIATIONS: Final = frozenset(
    {
        "et cetera",
        "Drive",
        "Street",
        "Avenue",
        "Road",
        "Boulevard",
        "Junior",
        "Senior",
        "Incorporated",
        "Limited",
        "Company",
    }
)
"""Their dot also ends a sentence if a capital follows."""

SYMBOLS: Final = (
    (r"\s*&\s*", " and "),
    (r"(?<=\w)\s*(?:->|=>|→|⇒|➜)\s*(?=\w)", " to "),
    (r"(?<=\w)\s*(?:<->|↔|⇔)\s*(?=\w)", " and "),
    (r"→|⇒", " to "),
    (r"≈|≃", " approximately "),
    (r"≠|!=", " is not equal to "),
    (r"≤|<=", " is at most "),
    (r"≥|>=", " is at least "),
    (r"\s*={1,3}\s*", " equals "),
    (r"±", " plus or minus "),
    (r"(?<=\d)\s*[×x]\s*(?=\d)", " times "),
    (r"×", " times "),
    (r"÷", " divided by "),
    (r"(?<=\d)\s+[-−]\s+(?=\d)", " minus "),
    (r"(?<=[\w)])\s*\+\s*(?=[\w(])", " plus "),
    (r"(?<=\d)\+", " plus"),
    (r"\+", " plus "),
    (r"(?<=[\w)])\s+<\s+(?=[\w(])", " is less than "),
    (r"(?<=[\w)])\s+>\s+(?=[\w(])", " is greater than "),
    (r"(?<=[0-9])²", " squared"),
    (r"(?<=[A-Za-z])²", " squared"),
    (r"³", " cubed"),
    (r"√", " square root of "),
    (r"π", " pi "),
    (r"∞", " infinity "),
    (r"#\s?(?=[0-9])", " number "),
    (r"#(?=\w)", " hashtag "),
    (r"@", " at "),
    (r"%", " percent "),
    (r"(?<=\w)\s?\^\s?(?=\w)", " to the power of "),
    (r"°", " degrees "),
    (r"\$", " dollars "),
    (r"€", " euros "),
    (r"£", " pounds "),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"/", " "),
)
"""Regular expressions, applied in this order when only plain numbers are left, and what to say."""

BEFORE_NUMBERS: Final = (
    (r"(?<![\w~)\]])[~≈]\s?(?=[$€£₩]?[0-9])", "about "),
    (r"(?<![\w)\]=-])(?<![\w)\]]\s)<\s?(?=[$€£₩]?[0-9])", " less than "),
    (r"(?<![\w)\]=-])(?<![\w)\]]\s)>\s?(?=[$€£₩]?[0-9])", " more than "),
    (r"(?<=\w)\^2(?![0-9])", " squared"),
    (r"(?<=\w)\^3(?![0-9])", " cubed"),
    (r"(?<![\w'])([0-9])'\s?([0-9]{1,2})(?:\"|''|”)?(?![\w'])", r"\1 foot \2"),
    (r"(?i)([ap]\.?m\.?)\s?[-–~]\s?(?=[0-9])", r"\1 to "),
)
"""Signs that say something about the number behind them: applied before any number is put into words."""
