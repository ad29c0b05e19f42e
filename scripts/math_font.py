"""Cuts the mathematical font down to what equations are written with.

    python -m scripts.math_font stix-two-math-latin-400-normal.woff2 [FILE]

The source is in the npm package @fontsource/stix-two-math 5.3.0 (SIL Open Font License 1.1); by
default the result is assets/vendor/stix/stix-two-math.woff2. Needs fonttools and brotli, which
nothing else here does: `pip install fonttools==4.68.0 brotli==1.2.1`.
"""

import sys
from pathlib import Path

FILE = Path(__file__).parents[1] / "assets" / "vendor" / "stix" / "stix-two-math.woff2"
# Letters, figures and signs of ASCII; accents over letters; Greek; sub- and superscripts; arrows;
# operators; brackets that grow; the italic letters that MathML makes of plain ones.
UNICODES = (
    "20-7E,A0-FF,2C6-2DC,300-308,302-303,391-3C9,2010-2044,2032,2070-209C,210E,2113,2190-2194,21A6,"
    "2202-2213,2217-221E,2225-222B,2248,2260-2265,2295-2299,22C5,2308-230B,239B-23B3,27E8-27E9,"
    "1D434-1D467,1D6A4-1D6A5,1D6FC-1D71B"
)


def main(source: Path, file: Path) -> None:
    """Write the smaller font and say its size."""
    from fontTools import subset

    options = ["--flavor=woff2", "--layout-features=*", "--no-hinting", f"--unicodes={UNICODES}"]
    subset.main([str(source), f"--output-file={file}", *options])
    print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FILE)
