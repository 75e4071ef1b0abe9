// Stands in for Live2D's Cubism Core: one square, as high as the mouth is open, moved aside by ParamAngleX.
// Written from what public code calls; no line of it is Live2D's.

(() => {
  const IDS = ["ParamAngleX", "PARAM_MOUTH_OPEN_Y", "ParamEyeLOpen"];
  const bit = (number) => (flags) => Boolean(flags & (1 << number));

  function made() {
    const values = new Float32Array([0, 0, 1]);
    const positions = new Float32Array(8);
    const model = {
      parameters: {
        count: IDS.length,
        ids: IDS,
        minimumValues: new Float32Array([-30, 0, 0]),
        maximumValues: new Float32Array([30, 1, 1]),
        defaultValues: new Float32Array([0, 0, 1]),
        types: [0, 0, 0],
        values,
      },
      parts: { count: 1, ids: ["Part"], opacities: new Float32Array([1]), parentIndices: new Int32Array([-1]) },
      drawables: {
        count: 1,
        ids: ["ArtMesh"],
        constantFlags: new Uint8Array([4]),
        dynamicFlags: new Uint8Array([0x7f]),
        textureIndices: new Int32Array([0]),
        drawOrders: new Int32Array([0]),
        renderOrders: new Int32Array([0]),
        opacities: new Float32Array([1]),
        maskCounts: new Int32Array([0]),
        masks: [new Int32Array(0)],
        vertexCounts: new Int32Array([4]),
        vertexPositions: [positions],
        vertexUvs: [new Float32Array([0, 0, 1, 0, 1, 1, 0, 1])],
        indexCounts: new Int32Array([6]),
        indices: [new Uint16Array([0, 1, 2, 0, 2, 3])],
        multiplyColors: new Float32Array([1, 1, 1, 1]),
        screenColors: new Float32Array([0, 0, 0, 1]),
        parentPartIndices: new Int32Array([0]),
        resetDynamicFlags() {},
      },
      canvasinfo: { CanvasWidth: 400, CanvasHeight: 400, CanvasOriginX: 200, CanvasOriginY: 200, PixelsPerUnit: 400 },
      update() {
        const high = 0.05 + 0.4 * values[1];
        const aside = values[0] / 100;
        positions.set([aside - 0.1, -high, aside + 0.1, -high, aside + 0.1, high, aside - 0.1, high]);
        window.drawnWith = [...values];
      },
      release() {},
    };
    model.update();
    return model;
  }

  class Moc {
    static fromArrayBuffer() {
      return new Moc();
    }
    hasMocConsistency() {
      return 1;
    }
    _release() {}
  }

  window.Live2DCubismCore = {
    Version: { csmGetVersion: () => (window.coreVersion ?? 5) << 24, csmGetMocVersion: () => 5, csmGetLatestMocVersion: () => 5 },
    Logging: { csmSetLogFunction() {}, csmGetLogFunction: () => () => {} },
    Memory: { initializeAmountOfMemory() {} },
    Utils: {
      hasBlendAdditiveBit: bit(0),
      hasBlendMultiplicativeBit: bit(1),
      hasIsDoubleSidedBit: bit(2),
      hasIsInvertedMaskBit: bit(3),
      hasIsVisibleBit: bit(0),
      hasVisibilityDidChangeBit: bit(1),
      hasOpacityDidChangeBit: bit(2),
      hasDrawOrderDidChangeBit: bit(3),
      hasRenderOrderDidChangeBit: bit(4),
      hasVertexPositionsDidChangeBit: bit(5),
      hasBlendColorDidChangeBit: bit(6),
    },
    Moc,
    Model: { fromMoc: made },
  };
})();
