import numpy as np
import numpy.typing as npt

class SileroVADModel:
    def __call__(self, audio: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]: ...

def get_vad_model() -> SileroVADModel: ...
