import numpy as np
import numpy.typing as npt

class FeatureExtractor:
    def __call__(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]: ...
