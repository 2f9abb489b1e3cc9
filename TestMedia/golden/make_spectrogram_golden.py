"""Writes spectrogram.json: what scipy.signal.spectrogram gives for sounds that the tests can compute for themselves.

Run with SciPy 1.17.1 and NumPy 2.4.6: python3 make_spectrogram_golden.py
The sound is computed in Double and rounded to Float32 as the tests have it; SciPy is handed it as Double.
"""

import json
import math
import pathlib

import numpy
import scipy
from scipy.signal import spectrogram

CASES = [
    # rate, frames, window, hop, scaling
    (16000, 4000, 512, 128, "density"),
    (44100, 6000, 2048, 1024, "spectrum"),
    (8000, 2000, 400, 160, "density"),
    (48000, 1500, 315, 100, "spectrum"),
    (22050, 1000, 1000, 500, "density"),
]


def sound(count):
    """A loud tone, one 90 dB below it, and 24 bits of a linear congruential generator at a millionth."""
    state, samples = 1, []
    for t in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        noise = (state >> 8) / 2**23 - 1
        samples.append(0.8 * math.sin(0.7 * t) + 2.5e-5 * math.sin(2.1 * t) + 1e-6 * noise)
    return numpy.array(samples).astype(numpy.float32).astype(numpy.float64)


def main():
    cases = []
    for rate, count, window, hop, scaling in CASES:
        _, _, powers = spectrogram(
            sound(count), rate, window="hann", nperseg=window, noverlap=window - hop, detrend=False,
            scaling=scaling, mode="psd")
        windows = powers.T
        # Some windows and every so many bins are enough.
        chosen = sorted({0, 1, len(windows) // 2, len(windows) - 1} & set(range(len(windows))))
        step = max(1, window // 2 // 40)
        cases.append({
            "sampleRate": rate, "frameCount": count, "windowLength": window, "hop": hop, "scaling": scaling,
            "windowCount": len(windows), "step": step,
            "powers": {str(w): [float(f"{p:.9g}") for p in windows[w][::step]] for w in chosen},
            "total": float(f"{windows.sum():.12g}"),
        })
    path = pathlib.Path(__file__).with_name("spectrogram.json")
    path.write_text(json.dumps({"scipy": scipy.__version__, "cases": cases}, indent=1) + "\n")


main()
