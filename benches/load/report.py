"""Makes the tables of the samples on stdin, a line each:

round server requests duration_us p50_us p99_us wrk_cpu_us cpu_us resident_kib peak_kib
"""

import sys
from statistics import median

NAMES = {
    "with": "axum, with the layer",
    "without": "axum, without it",
    "express": "Express, Loops' guide",
}


def figures(requests, duration, p50, p99, wrk_cpu, cpu, resident, peak):
    return {
        "rate": requests / duration * 1e6,
        "p50": p50 / 1000,
        "p99": p99 / 1000,
        "cpu": cpu / requests,
        "resident": resident / 1024,
        "peak": peak / 1024,
        "busy": cpu / duration * 100,
        "wrk": wrk_cpu / duration * 100,
    }


samples = {name: {} for name in NAMES}
for line in sys.stdin:
    number, name, *counts = line.split()
    samples[name][number] = figures(*map(int, counts))

print("| endpoint | requests/s | p50, ms | p99, ms | CPU per request, µs | resident, MiB | peak, MiB | its core, % busy | wrk's core, % busy |")
print("|---|---|---|---|---|---|---|---|---|")
for name, title in NAMES.items():
    of = {key: median(sample[key] for sample in samples[name].values()) for key in samples[name]["1"]}
    print(
        f"| {title} | {of['rate']:,.0f} | {of['p50']:.2f} | {of['p99']:.2f} | {of['cpu']:.1f}"
        f" | {of['resident']:.1f} | {of['peak']:.1f} | {of['busy']:.0f} | {of['wrk']:.0f} |"
    )

print("\n| with the layer, times that of | requests/s | CPU per request | resident |")
print("|---|---|---|---|")
for name in ("without", "express"):
    ratios = (
        median(samples["with"][number][key] / other[key] for number, other in samples[name].items())
        for key in ("rate", "cpu", "resident")
    )
    print(f"| {NAMES[name]} |", " | ".join(f"{ratio:.3f}" for ratio in ratios), "|")
