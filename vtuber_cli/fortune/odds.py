"""How often each grade comes up: what `vtuber fortune about` publishes and the tests hold the engines to.

Per cent, as drawn, and as told after `grades.softened`: of 100,500 days of `daily` (and of `tti`, which reckons alike),
60,000 of `saju`, 18,000 of `zodiac`, 20,000 draws of one card of the tarot, which is not softened. `daily` and `tti`
are held within a point of the design, the others, whose sky and cards do not come evenly, within two.
"""

from __future__ import annotations

from vtuber_cli.fortune.grades import GRADES

DESIGNED = dict(zip(GRADES, (12.0, 34.0, 35.0, 13.5, 5.5), strict=True))
"""What the cuts of the scores are made for."""
DRAWN = {
    "daily": dict(zip(GRADES, (12.1, 33.8, 34.6, 13.8, 5.8), strict=True)),
    "tarot": dict(zip(GRADES, (12.0, 33.7, 34.3, 15.0, 5.0), strict=True)),
    "zodiac": dict(zip(GRADES, (12.7, 35.0, 33.8, 13.3, 5.2), strict=True)),
    "saju": dict(zip(GRADES, (12.2, 35.0, 34.3, 13.3, 5.2), strict=True)),
    "tti": dict(zip(GRADES, (12.1, 33.8, 34.6, 13.8, 5.8), strict=True)),
}
TOLD = {
    "daily": dict(zip(GRADES, (12.1, 33.8, 35.0, 13.7, 5.3), strict=True)),
    "tarot": DRAWN["tarot"],
    "zodiac": dict(zip(GRADES, (12.7, 35.0, 34.5, 13.1, 4.7), strict=True)),
    "saju": dict(zip(GRADES, (12.2, 35.0, 34.8, 13.1, 4.8), strict=True)),
    "tti": dict(zip(GRADES, (12.1, 33.8, 35.0, 13.7, 5.3), strict=True)),
}
