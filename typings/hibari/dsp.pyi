from typing import Any

import numpy as np
import numpy.typing as npt

SR: int

def synth(
    lh: npt.NDArray[Any],
    th: npt.NDArray[Any],
    ln: npt.NDArray[Any],
    lr: npt.NDArray[Any],
    phi: npt.NDArray[Any],
    f0: npt.NDArray[Any],
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]: ...
