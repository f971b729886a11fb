"""Extractive question answering over press releases."""

import os

# From 1.29 on onnxruntime tells its makers which models it runs, and how; this, set before its first import, stops it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
