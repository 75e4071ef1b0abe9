"""Weight files: which there are (`catalog`), where they are, and how they come here, verified.

`Weights` is what others use; only this package touches the network for weights, and only when asked to.
"""

from __future__ import annotations

from vtuber_cli.weights.catalog import Catalog, Model
from vtuber_cli.weights.progress import Progress, Report
from vtuber_cli.weights.room import human
from vtuber_cli.weights.weights import Installed, Plan, Weights

__all__ = ["Catalog", "Installed", "Model", "Plan", "Progress", "Report", "Weights", "human"]
